import { createHash } from 'node:crypto'
import { MiB, type FileSource, type Limits, type RunResult } from '@mayfly/sandbox'
import { GraderError } from '../errors.ts'
import { detectLanguage, type DetectedProgram } from '../languages/detect.ts'
import type { ProgramSource, SourceFiles } from '../problem/problem.ts'
import type { Product, ReadyProduct } from './product.ts'
import { captureOf, nothing, type Capture } from './result.ts'
import { runWithin, type Workshop } from './workshop.ts'

/** What compiling may use. */
interface CompileLimits {
  readonly timeMs: number
  readonly memoryBytes: number
}

/** How a program is to be built. */
export interface CompileOptions {
  readonly limits: CompileLimits
  /** Put beside its own files, which come first. */
  readonly include?: Readonly<Record<string, SourceFiles>>
  readonly languages?: 'all' | readonly string[]
  readonly signal?: AbortSignal | undefined
}

const compileFileBytes = 256 * MiB
const compileProcessCount = 256
const outputBytes = MiB

/** Makes a program of its sources, or takes it from the cache. What the sources are to blame for is a value. */
export async function compileProgram(
  workshop: Workshop,
  source: ProgramSource,
  options: CompileOptions,
): Promise<{ readonly product: Product; readonly cached: boolean }> {
  const detected = detectLanguage(source, workshop.languages)
  const { language } = detected
  const allowed = options.languages ?? 'all'
  if (allowed !== 'all' && !allowed.includes(language.id) && !allowed.includes(language.name)) {
    throw new GraderError(
      'INVALID_SUBMISSION',
      `${source.name}: ${language.name} is not allowed, only ${allowed.join(', ')}`,
    )
  }
  const missing = await workshop.installed.missing(workshop, language)
  if (missing.length > 0)
    throw new GraderError('NOT_INSTALLED', `${language.name} is not installed here: there is no ${missing.join(', ')}`)
  const included = options.include?.[language.id] ?? options.include?.['default'] ?? {}
  const files: SourceFiles = { ...included, ...source.files }
  const withIncluded = { ...detected, sources: [...detected.sources, ...sourcesIn(included, detected)] }
  const key = keyOf(workshop, files, withIncluded, options.limits)
  return workshop.cache.get(key, async () => build(workshop, files, withIncluded, options))
}

function sourcesIn(included: SourceFiles, { language, sources }: DetectedProgram): readonly string[] {
  return Object.keys(included).filter(
    (path) => !sources.includes(path) && language.extensions.some((end) => path.endsWith(`.${end}`)),
  )
}

/** Everything that the product depends on. */
function keyOf(
  workshop: Workshop,
  files: SourceFiles,
  { language, sources, entry }: DetectedProgram,
  limits: CompileLimits,
): string {
  const hash = createHash('sha256')
  const command = language.compile?.({ sources, entry, memoryBytes: 0 }) ?? []
  hash.update(JSON.stringify([language.id, command, language.env, sources, entry, workshop.image, limits]))
  for (const [path, content] of Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(`\0${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

async function build(
  workshop: Workshop,
  files: SourceFiles,
  detected: DetectedProgram,
  options: CompileOptions,
): Promise<Product> {
  const { language, sources, entry } = detected
  const asked = { sources, entry, memoryBytes: options.limits.memoryBytes }
  if (language.id === 'build-script') return buildByScript(workshop, files, options)
  const compile = language.compile?.(asked)
  if (compile === undefined) return readyFromSources(workshop, files, detected, options)
  const result = await runCompiler(workshop, files, compile, language.product ?? 'program', options, language.env)
  if (!('status' in result)) return broken(result, detected)
  const failure = failureOf(result)
  const common = { language: language.id, messages: messagesOf(result), usage: result.usage }
  if (failure !== undefined) return { ...common, ...failure }
  const made = result.files.get(language.product ?? 'program')
  if (made === undefined)
    return { ...common, kind: 'failed', reason: `the compiler made no ${language.product ?? 'program'}` }
  return ready(detected, common, { [language.product ?? 'program']: { content: made, mode: 0o755 } })
}

function broken(
  failure: { readonly infrastructure: string } | { readonly cannotStart: string },
  { language }: DetectedProgram,
): Product {
  if ('infrastructure' in failure) return { kind: 'broken', reason: failure.infrastructure }
  throw new GraderError('NOT_INSTALLED', `${language.name} is not installed here: ${failure.cannotStart}`)
}

function readyFromSources(
  workshop: Workshop,
  files: SourceFiles,
  detected: DetectedProgram,
  options: CompileOptions,
): ReadyProduct {
  const { language, sources, entry } = detected
  const check = language.check?.({ sources, entry, memoryBytes: options.limits.memoryBytes })
  const product = ready(detected, { language: language.id, messages: nothing, usage: undefined }, placed(files))
  if (check === undefined) return product
  const checked = async (): ReturnType<NonNullable<ReadyProduct['check']>> => {
    const result = await runCompiler(workshop, files, check, undefined, options, language.env)
    if (!('status' in result)) return undefined
    const failure = failureOf(result)
    return failure && { ...failure, messages: messagesOf(result) }
  }
  let found: ReturnType<typeof checked> | undefined
  return { ...product, check: async () => (found ??= checked()) }
}

function ready(
  { language, sources, entry }: DetectedProgram,
  common: Pick<ReadyProduct, 'language' | 'messages' | 'usage'>,
  files: Readonly<Record<string, FileSource>>,
): ReadyProduct {
  return {
    ...common,
    kind: 'ready',
    argv: (memoryBytes) => language.run({ sources, entry, memoryBytes }),
    env: language.env ?? {},
    start: () => ({ files }),
    ownProcessCount: language.ownProcessCount ?? 0,
    close: async () => {},
  }
}

/** A program with a `build` and a `run` of its own: what they leave travels as an archive, unpacked by its own run. */
async function buildByScript(workshop: Workshop, files: SourceFiles, options: CompileOptions): Promise<Product> {
  const script =
    'if [ -e build ]; then chmod +x build; ./build; fi\n[ -e run ]; chmod +x run; tar cf /tmp/a.tar .; mv /tmp/a.tar .'
  const result = await runCompiler(workshop, files, ['sh', '-ec', script], 'a.tar', options)
  if (!('status' in result)) {
    if ('infrastructure' in result) return { kind: 'broken', reason: result.infrastructure }
    throw new GraderError('NOT_INSTALLED', `sh is not installed here: ${result.cannotStart}`)
  }
  const common = { language: 'build-script', messages: messagesOf(result), usage: result.usage }
  const failure = failureOf(result)
  if (failure !== undefined) return { ...common, ...failure }
  const archive = result.files.get('a.tar')
  if (archive === undefined) return { ...common, kind: 'failed', reason: 'build left too much, or no run' }
  return {
    ...common,
    kind: 'ready',
    argv: () => ['sh', '-ec', 'tar xf a.tar; rm a.tar; exec ./run "$@"', 'sh'],
    env: {},
    start: () => ({ files: { 'a.tar': archive } }),
    ownProcessCount: 8,
    close: async () => {},
  }
}

async function runCompiler(
  workshop: Workshop,
  files: SourceFiles,
  argv: readonly string[],
  product: string | undefined,
  { limits, signal }: CompileOptions,
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof runWithin> {
  const command = { argv, env, files: placed(files), ...(product === undefined ? {} : { collect: [product] }) }
  const used: Partial<Limits> = {
    cpuTimeMs: limits.timeMs,
    wallTimeMs: 2 * limits.timeMs,
    memoryBytes: limits.memoryBytes,
    diskBytes: compileFileBytes,
    fileBytes: compileFileBytes,
    processCount: compileProcessCount,
    cpuWeight: 100,
    outputBytes,
  }
  return runWithin(workshop, command, used, { signal })
}

function placed(files: SourceFiles): Readonly<Record<string, FileSource>> {
  return files
}

function failureOf(result: RunResult): { readonly kind: 'failed' | 'limited'; readonly reason: string } | undefined {
  if (result.status === 'exited')
    return result.exitCode === 0 ? undefined : { kind: 'failed', reason: `the compiler ended with ${result.exitCode}` }
  if (result.status === 'signaled') return { kind: 'failed', reason: `the compiler ended by ${result.signal}` }
  const isTime = result.limit === 'cpuTime' || result.limit === 'wallTime' || result.limit === 'idleTime'
  const { limit, evidence } = result
  const reason = `the compiler exceeded ${limit}: ${evidence.measured} of ${evidence.limit}`
  return { kind: isTime ? 'limited' : 'failed', reason }
}

function messagesOf({ stdout, stderr }: RunResult): Capture {
  const totalBytes = stdout.totalBytes + stderr.totalBytes
  return captureOf(Buffer.concat([stdout.bytes, stderr.bytes]), totalBytes)
}
