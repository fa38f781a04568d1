import { createHash } from 'node:crypto'
import type { FileSource, Layer } from '@mayfly/sandbox'
import { GraderError } from '../errors.ts'
import { detectLanguage, type DetectedProgram } from '../languages/detect.ts'
import type { Language } from '../languages/language.ts'
import type { ProgramSource, SourceFiles } from '../problem/problem.ts'
import type { Lease } from './compile-cache.ts'
import { dropLayer, failureOf, messagesOf, runCompiler, type CompileLimits } from './compiler.ts'
import type { Product, ReadyProduct } from './product.ts'
import { nothing } from './result.ts'
import { unlessAborted } from './unless-aborted.ts'
import { forEveryone, type Workshop } from './workshop.ts'

/** How a program is to be built. */
export interface CompileOptions {
  readonly limits: CompileLimits
  /** Put beside its own files, which come first. */
  readonly include?: Readonly<Record<string, SourceFiles>>
  readonly languages?: 'all' | readonly string[]
  /** Names by which it sees that it is judged: constants where its language has them, and in its environment. */
  readonly defines?: readonly string[]
  /** Further files will be placed beside it: a layer could already hold one of their names. */
  readonly besideFiles?: boolean
}

/** A program, and what it can see that it is judged by. */
interface Building extends DetectedProgram {
  readonly defines: readonly string[]
}

/** Makes a program of its sources, or takes it from the cache. What the sources are to blame for is a value. */
export async function compileProgram(
  workshop: Workshop,
  source: ProgramSource,
  options: CompileOptions,
): Promise<Lease> {
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
  // Of two files of a name the package's own counts: a submission must not put its own in the place of a driver.
  const files: SourceFiles = { ...besides(detected, source), ...source.files, ...included }
  const withIncluded = {
    ...detected,
    language: withFlags(language, source.flags ?? []),
    sources: [...detected.sources, ...sourcesIn(included, detected)],
    entry: driverOf(included, detected, source) ?? detected.entry,
    defines: options.defines ?? [],
  }
  const key = keyOf(workshop, files, withIncluded, options)
  return workshop.cache.get(key, async () => build(workshop, files, withIncluded, options), workshop.signal)
}

/** The language, with further words for its compiler. */
function withFlags(language: Language, flags: readonly string[]): Language {
  const { compile } = language
  if (compile === undefined || flags.length === 0) return language
  return { ...language, compile: (asked) => [...compile(asked), ...flags] }
}

/** What the language puts beside the sources. */
function besides({ language, sources }: DetectedProgram, { files }: ProgramSource): SourceFiles {
  const texts = sources.map((path) => [path, Buffer.from(files[path] ?? []).toString('utf8')])
  const beside = language.beside?.(Object.fromEntries(texts) as Readonly<Record<string, string>>) ?? {}
  return Object.fromEntries(Object.entries(beside).map(([path, text]) => [path, Buffer.from(text)]))
}

/** What of the files put beside a submission starts it, by the name that its language gives to such a file. */
function driverOf(
  included: SourceFiles,
  { language }: DetectedProgram,
  { entryPoint }: ProgramSource,
): string | undefined {
  if (entryPoint !== undefined) return undefined
  const texts = Object.entries(included).filter(([path]) => language.extensions.some((end) => path.endsWith(`.${end}`)))
  if (language.entry !== undefined)
    return language.entry(Object.fromEntries(texts.map(([path, text]) => [path, Buffer.from(text).toString('utf8')])))
  const isDriver = (path: string): boolean => language.entryNames?.includes(path) === true || /^main\.\w+$/i.test(path)
  return texts.map(([path]) => path).find(isDriver)
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
  { language, sources, entry, defines }: Building,
  { limits, besideFiles = false }: CompileOptions,
): string {
  const hash = createHash('sha256')
  const command = language.compile?.({ sources, entry, memoryBytes: 0, defines }) ?? []
  const seen = [language.env, sources, entry, defines]
  hash.update(JSON.stringify([language.id, command, seen, workshop.image, limits, besideFiles]))
  for (const [path, content] of Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(`\0${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

async function build(
  workshop: Workshop,
  files: SourceFiles,
  detected: Building,
  options: CompileOptions,
): Promise<Product> {
  const { language, sources, entry, defines } = detected
  const asked = { sources, entry, memoryBytes: options.limits.memoryBytes, defines }
  if (language.id === 'build-script') return buildByScript(workshop, files, options)
  const compile = language.compile?.(asked)
  if (compile === undefined)
    return checkedIfSeveral(readyFromSources(workshop, files, detected, options), detected, workshop.signal)
  const name = language.product ?? 'program'
  const run = { files, argv: compile, env: language.env, product: name, freeze: options.besideFiles !== true }
  const result = await runCompiler(workshop, { ...run, limits: options.limits })
  if (!('status' in result)) return broken(result, detected)
  const common = { language: language.id, messages: messagesOf(result), usage: result.usage }
  const made = result.files.get(name)
  const none = { kind: 'failed', reason: `the compiler made no ${name}` } as const
  const failure = failureOf(result) ?? (made === undefined ? none : undefined)
  if (failure !== undefined || made === undefined) {
    await dropLayer(result)
    return { ...common, ...(failure ?? none) }
  }
  return ready(detected, common, { [name]: { content: made, mode: 0o755 } }, result.layer)
}

function broken(
  failure: { readonly infrastructure: string } | { readonly cannotStart: string },
  { language }: DetectedProgram,
): Product {
  if ('infrastructure' in failure) return { kind: 'broken', reason: failure.infrastructure }
  throw new GraderError('NOT_INSTALLED', `${language.name} is not installed here: ${failure.cannotStart}`)
}

/** Of a program of several files one may be none that no run ever looks at: with compilers, and other judges, it is an error. */
async function checkedIfSeveral(
  product: ReadyProduct,
  { sources }: Building,
  signal: AbortSignal | undefined,
): Promise<Product> {
  const found = sources.length > 1 ? await product.check?.(signal) : undefined
  if (found === undefined) return product
  return { ...found, language: product.language, usage: undefined }
}

function readyFromSources(
  workshop: Workshop,
  files: SourceFiles,
  detected: Building,
  options: CompileOptions,
): ReadyProduct {
  const { language, sources, entry, defines } = detected
  const check = language.check?.({ sources, entry, memoryBytes: options.limits.memoryBytes, defines })
  const product = ready(detected, { language: language.id, messages: nothing, usage: undefined }, files)
  if (check === undefined) return product
  const checked = async (): ReturnType<NonNullable<ReadyProduct['check']>> => {
    const run = { files, argv: check, env: language.env, product: undefined, freeze: false }
    const result = await runCompiler(forEveryone(workshop), { ...run, limits: options.limits })
    if (!('status' in result)) return undefined
    const failure = failureOf(result)
    return failure && { ...failure, messages: messagesOf(result) }
  }
  let found: ReturnType<typeof checked> | undefined
  return { ...product, check: async (signal) => unlessAborted((found ??= checked()), signal) }
}

function ready(
  { language, sources, entry, defines }: Building,
  common: Pick<ReadyProduct, 'language' | 'messages' | 'usage'>,
  files: Readonly<Record<string, FileSource>>,
  layer?: Layer,
): ReadyProduct {
  return {
    ...common,
    kind: 'ready',
    argv: (memoryBytes) => language.run({ sources, entry, memoryBytes, defines }),
    env: { ...Object.fromEntries(defines.map((name) => [name, '1'])), ...language.env },
    start: () => (layer === undefined ? { files } : { files: {}, base: layer }),
    ownProcessCount: language.ownProcessCount ?? 0,
    entry,
    close: async () => layer?.close(),
  }
}

/** The format's `run` may be a script that does not say of what: a shell would run it, the kernel does not. */
const buildScript = `if [ -e build ]; then chmod +x build; ./build; fi
chmod +x run
if [ "$(head -c 2 run)" != '#!' ] && [ "$(head -c 4 run | tail -c 3)" != ELF ]
then { echo '#!/bin/sh'; cat run; } >/tmp/run; cat /tmp/run >run; fi
tar cf /tmp/a.tar .; mv /tmp/a.tar .`

/** A program with a `build` and a `run` of its own; without layers, what they leave travels as an archive. */
async function buildByScript(workshop: Workshop, files: SourceFiles, options: CompileOptions): Promise<Product> {
  const argv = ['sh', '-ec', buildScript]
  const run = { files, argv, env: undefined, product: 'a.tar', freeze: options.besideFiles !== true }
  const result = await runCompiler(workshop, { ...run, limits: options.limits })
  if (!('status' in result)) {
    if ('infrastructure' in result) return { kind: 'broken', reason: result.infrastructure }
    throw new GraderError('NOT_INSTALLED', `sh is not installed here: ${result.cannotStart}`)
  }
  const common = { language: 'build-script', messages: messagesOf(result), usage: result.usage }
  const archive = result.files.get('a.tar')
  const none = { kind: 'failed', reason: 'build left too much' } as const
  const failure = failureOf(result) ?? (archive === undefined ? none : undefined)
  if (failure !== undefined || archive === undefined) {
    await dropLayer(result)
    return { ...common, ...(failure ?? none) }
  }
  const { layer } = result
  const unpack = ['sh', '-ec', 'tar xf a.tar; rm a.tar; exec ./run "$@"', 'sh']
  return {
    ...common,
    kind: 'ready',
    argv: () => (layer === undefined ? unpack : ['./run']),
    env: {},
    start: () => (layer === undefined ? { files: { 'a.tar': archive } } : { files: {}, base: layer }),
    ownProcessCount: 8,
    entry: 'run',
    close: async () => layer?.close(),
  }
}
