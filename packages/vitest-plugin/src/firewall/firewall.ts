import { Allowance } from './allowance.ts'
import { cleanError, cleanStack } from './errors.ts'
import type { FilesOut } from './files-out.ts'
import type { Modules } from './modules.ts'
import { Refused } from './refused.ts'
import { attachmentShape, isBenchmark, isEvent, logShape, shaped, visiblePlace } from './shapes.ts'
import {
  checkFile,
  cleanMeta,
  cleanResult,
  requireOwnId,
  type OwnFile,
  type SentResult,
  type SentTask,
} from './tasks.ts'
import type { VisiblePaths } from './visible-paths.ts'

/** A call that a worker makes, as birpc sends it; without `i` it wants no answer. */
export interface WorkerCall {
  readonly t: 'q'
  readonly i?: string | undefined
  readonly m: string
  readonly a: readonly unknown[]
}

/** What a worker's call becomes: Vitest's, with other arguments, or answered here. */
export type Verdict = { readonly pass: readonly unknown[] } | { readonly answer: unknown }

/** What changed of some tasks, and what happened to them: `onTaskUpdate`. */
export interface TaskUpdate {
  readonly packs: readonly (readonly [id: string, result: SentResult | undefined, meta: Record<string, unknown>])[]
  readonly events: readonly (readonly [id: string, event: string, data: unknown])[]
}

/** Where the rules look. */
export interface FirewallParts {
  readonly file: OwnFile
  readonly paths: VisiblePaths
  readonly modules: Modules
  readonly filesOut: FilesOut
  readonly mayBail: boolean
}

type Rule = (args: readonly unknown[], parts: FirewallParts) => Verdict | Promise<Verdict>

const pass = (...args: readonly unknown[]): Verdict => ({ pass: args })
const textMax = 16 * 1024 * 1024

/** The rule for each call that there is. Whatever is not here is refused. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['fetch', async (args, { modules }) => (await modules.checkFetch(args), pass(...args.slice(0, 4), undefined))],
  [
    'resolve',
    async (args, { modules }) => ((await modules.mayResolve(args)) ? pass(...args.slice(0, 3)) : { answer: null }),
  ],
  ['fetchWarmModules', ([environment, files], parts) => pass(environment, ownFiles(files, parts))],
  ['prewarmModuleGraph', ([environment, files], parts) => pass(environment, ownFiles(files, parts))],
  ['ensureModuleGraphEntry', ([id, importer], { paths }) => pass(visible(id, paths), visible(importer, paths))],
  ['onQueued', ([file], parts) => pass(checkFile(file, parts.file, parts.paths))],
  ['onCollected', ([files], parts) => pass(collected(files, parts))],
  ['onTaskUpdate', ([packs, events], parts) => updatePass(readUpdate(packs, events, parts))],
  ['onUserConsoleLog', ([log], parts) => pass(cleanLog(log, parts))],
  ['onUnhandledError', ([error, type], parts) => pass(unhandled(error, parts), errorType(type))],
  ['onAsyncLeaks', ([leaks], parts) => pass(cleanLeaks(leaks, parts))],
  ['onAfterSuiteRun', async ([meta], { filesOut }) => pass(await filesOut.coverage(meta))],
  [
    'onTaskArtifactRecord',
    async ([id, artifact], parts) => pass(requireOwnId(id, parts.file), await cleanArtifact(artifact, parts)),
  ],
  ['onTestBenchmark', ([id, benchmark], { file }) => pass(requireOwnId(id, file), requireBenchmark(benchmark))],
  ['onTestModuleDependencies', ([path, list], parts) => pass(requireOwnPath(path, parts), visibleList(list, parts))],
  ['snapshotSaved', ([snapshot], parts) => pass(cleanSnapshot(snapshot, parts))],
  ['resolveSnapshotPath', ([path], parts) => pass(requireOwnPath(path, parts))],
  ['getCountOfFailedTests', () => pass()],
  ['onCancel', ([reason], parts) => cancel(reason, parts)],
])

/** What a worker may ask of Vitest: calls that are known, about its own file, and about what it sees. */
export async function checkCall(call: WorkerCall, parts: FirewallParts): Promise<Verdict> {
  const rule = rules.get(call.m)
  if (rule === undefined) throw new Refused('a call', call.m)
  return rule(call.a, parts)
}

/** Reads a message that is neither Vitest's nor ours as a call; refuses what is none. */
export function readCall(message: object): WorkerCall {
  const { t, i, m, a } = message as Partial<Record<string, unknown>>
  if (t === 'q' && typeof m === 'string' && Array.isArray(a) && (i === undefined || typeof i === 'string'))
    return { t, m, a: a as readonly unknown[], i }
  throw new Refused('a message', t)
}

function ownFiles(files: unknown, { file }: FirewallParts): readonly string[] {
  return Array.isArray(files) && files.includes(file.path) ? [file.path] : []
}

function visible(path: unknown, paths: VisiblePaths): string {
  if (typeof path === 'string' && paths.hasModule(path)) return path
  throw new Refused('a module outside of the sandbox', path)
}

function visibleList(list: unknown, { paths }: FirewallParts): readonly string[] {
  if (!Array.isArray(list)) return []
  return list.filter((path: unknown): path is string => typeof path === 'string' && paths.has(path))
}

function collected(files: unknown, { file, paths }: FirewallParts): readonly SentTask[] {
  if (!Array.isArray(files) || files.length > 1) throw new Refused('more files than its own', files)
  return files.map((each) => checkFile(each, file, paths))
}

/** What changed, about its own tasks. */
export function readUpdate(packs: unknown, events: unknown, { file, paths }: FirewallParts): TaskUpdate {
  if (!Array.isArray(packs) || !Array.isArray(events)) throw new Refused('an update', packs)
  // Vitest is at each for a while, and one that is there again takes three bytes.
  for (const all of [packs, events])
    if (new Set(all).size < all.length) throw new Refused('an update twice', all.length)
  const allowance = new Allowance()
  return {
    packs: (packs as unknown[]).map((pack) => {
      const [id, result, meta] = Array.isArray(pack) ? (pack as unknown[]) : []
      const own = requireOwnId(id, file)
      const cleaned = result === undefined ? undefined : cleanResult(result, paths, allowance)
      return [own, cleaned, cleanMeta(meta, own === file.id, allowance)]
    }),
    events: (events as unknown[]).map((event) => {
      const [id, name, data] = Array.isArray(event) ? (event as unknown[]) : []
      if (typeof name !== 'string' || !isEvent(name)) throw new Refused('an event', name)
      return [requireOwnId(id, file), name, data]
    }),
  }
}

/** The update as Vitest takes it. */
function updatePass({ packs, events }: TaskUpdate): Verdict {
  return pass(packs, events)
}

function cleanLog(log: unknown, { file, paths }: FirewallParts): unknown {
  const { taskId, origin, content, ...others } = shaped(log, logShape)
  if (typeof content !== 'string' || content.length > textMax) throw new Refused('a log', typeof content)
  return {
    ...{ type: 'stdout', time: 0, size: 0 },
    ...others,
    content,
    taskId: taskId === undefined ? undefined : logOf(taskId, file),
    ...(typeof origin === 'string' ? { origin: cleanStack(origin, paths) } : {}),
  }
}

/** Before its file is collected, and outside of it, Vitest calls it so. */
function logOf(taskId: unknown, file: OwnFile): string {
  return taskId === '__vitest__unknown_test__' ? taskId : requireOwnId(taskId, file)
}

/** Vitest skips the task that a `PendingError` names, and says in which file an error was. */
function unhandled(error: unknown, { file, paths }: FirewallParts): unknown {
  const cleaned = cleanError(error, paths)
  if (typeof error !== 'object' || error === null) return cleaned
  const { code, taskId, VITEST_TEST_PATH: path } = error as Readonly<Record<string, unknown>>
  if (code === 'VITEST_PENDING') requireOwnId(taskId, file)
  return { ...(cleaned as object), ...(path === undefined ? {} : { VITEST_TEST_PATH: file.path }) }
}

function errorType(type: unknown): string {
  return type === 'Unhandled Rejection' ? type : 'Uncaught Exception'
}

const leaksMax = 1000

function cleanLeaks(leaks: unknown, { file, paths }: FirewallParts): unknown {
  if (!Array.isArray(leaks)) throw new Refused('leaks', leaks)
  return (leaks as unknown[]).slice(0, leaksMax).map((leak) => {
    const { stack, type } = (leak ?? {}) as Record<string, unknown>
    return {
      filename: file.path,
      projectName: file.projectName,
      type: String(type),
      stack: cleanStack(String(stack), paths),
    }
  })
}

async function cleanArtifact(artifact: unknown, { filesOut, paths }: FirewallParts): Promise<unknown> {
  const { type, annotation, attachments, location, data, ...others } = (artifact ?? {}) as Record<string, unknown>
  if (typeof type !== 'string') throw new Refused('an artifact', artifact)
  const attached = async (each: unknown): Promise<unknown> => filesOut.attachment(shaped(each, attachmentShape))
  const place = visiblePlace(location, paths)
  return {
    ...{ ...others, type },
    ...(data === undefined ? {} : { data: type === traceType ? cleanTrace(data, paths) : data }),
    ...(place === undefined ? {} : { location: place }),
    ...(annotation === undefined ? {} : { annotation: await cleanAnnotation(annotation, paths, attached) }),
    ...(Array.isArray(attachments) ? { attachments: await Promise.all(attachments.map(attached)) } : {}),
  }
}

/** Vitest reads the files that its stacks name. */
const traceType = 'internal:browserTrace'

function cleanTrace(data: unknown, paths: VisiblePaths): unknown {
  const { entries, ...others } = (data ?? {}) as Record<string, unknown>
  if (!Array.isArray(entries)) throw new Refused('a trace', data)
  return {
    ...others,
    entries: (entries as unknown[]).map((entry) => cleanTraceEntry((entry ?? {}) as Record<string, unknown>, paths)),
  }
}

function cleanTraceEntry({ stack, location, ...others }: Record<string, unknown>, paths: VisiblePaths): unknown {
  const place = visiblePlace(location, paths)
  return {
    ...others,
    ...(typeof stack === 'string' ? { stack: cleanStack(stack, paths) } : {}),
    ...(place === undefined ? {} : { location: place }),
  }
}

async function cleanAnnotation(
  annotation: unknown,
  paths: VisiblePaths,
  attached: (attachment: unknown) => Promise<unknown>,
): Promise<unknown> {
  const { message, type, attachment, location, ...others } = (annotation ?? {}) as Record<string, unknown>
  const place = visiblePlace(location, paths)
  return {
    ...{ ...others, message: String(message), type: String(type) },
    ...(place === undefined ? {} : { location: place }),
    ...(attachment === undefined ? {} : { attachment: await attached(attachment) }),
  }
}

function requireBenchmark(benchmark: unknown): unknown {
  if (isBenchmark(benchmark)) return benchmark
  throw new Refused('a benchmark', benchmark)
}

function requireOwnPath(path: unknown, { file }: FirewallParts): string {
  if (path === file.path) return file.path
  throw new Refused('another file', path)
}

const snapshotCounts = ['added', 'matched', 'unchecked', 'unmatched', 'updated', 'removed'] as const

function cleanSnapshot(snapshot: unknown, { file }: FirewallParts): unknown {
  const { filepath, fileDeleted, uncheckedKeys, ...counts } = (snapshot ?? {}) as Record<string, unknown>
  if (filepath !== file.path) throw new Refused('a snapshot of another file', filepath)
  return {
    filepath,
    fileDeleted: fileDeleted === true,
    uncheckedKeys: Array.isArray(uncheckedKeys) ? uncheckedKeys.map(String) : [],
    ...Object.fromEntries(
      snapshotCounts.filter((name) => name in counts).map((name) => [name, Number(counts[name]) || 0]),
    ),
  }
}

/** One worker may end the run only as `bail` has it end. */
function cancel(reason: unknown, { mayBail }: FirewallParts): Verdict {
  if (reason === 'test-failure' && mayBail) return pass(reason)
  throw new Refused('ending the run', reason)
}
