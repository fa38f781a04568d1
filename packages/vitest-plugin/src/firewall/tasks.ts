import { Allowance } from './allowance.ts'
import { Refused } from './refused.ts'
import { cleanErrors } from './errors.ts'
import { fileShape, isMode, resultShape, shaped, taskShape } from './shapes.ts'
import type { VisiblePaths } from './visible-paths.ts'

/** Of one file. */
export const taskCountMax = 200_000
const depthMax = 200

/** A task as a worker sends it; what of it is trusted is written anew. */
export interface SentTask {
  id: string
  name: string
  type: string
  tasks?: SentTask[]
  result?: SentResult
  meta?: Record<string, unknown>
  file?: unknown
  suite?: unknown
  [property: string]: unknown
}

/** The result of a task. */
export interface SentResult {
  state?: string
  errors?: unknown
  [property: string]: unknown
}

/** Whose tasks a worker may speak of. */
export interface OwnFile {
  readonly id: string
  readonly path: string
  readonly projectName: string
  readonly pool: string
}

/** Refuses what is not the id of the file, or of a task in it. */
export function requireOwnId(id: unknown, own: OwnFile): string {
  if (typeof id === 'string' && (id === own.id || id.startsWith(`${own.id}_`))) return id
  throw new Refused('a task of another file', id)
}

/** A file's tree of tasks, checked, with what holds it together as the host knows it. */
export function checkFile(value: unknown, own: OwnFile, paths: VisiblePaths): SentTask {
  const file = requireTask(shaped(value, fileShape))
  if (file['filepath'] !== own.path || file.id !== own.id)
    throw new Refused('a file that is not its own', file['filepath'])
  Object.assign(file, { projectName: own.projectName, pool: own.pool, type: 'suite', file, suite: undefined })
  delete file['local']
  let count = 0
  const allowance = new Allowance()
  const ids = new Set<string>()
  const visit = (task: SentTask, suite: SentTask | undefined, depth: number): void => {
    count += 1
    if (count > taskCountMax || depth > depthMax)
      throw new Refused(`more than ${taskCountMax} tasks, or ${depthMax} levels`, own.path)
    if (ids.has(requireOwnId(task.id, own))) throw new Refused('two tasks of one id', task.id)
    ids.add(task.id)
    task.meta = cleanMeta(task.meta, task === file, allowance)
    if (task.result !== undefined) task.result = cleanResult(task.result, paths, allowance)
    if (task === file) return visitAll(task, depth)
    Object.assign(task, { file, suite })
    if (task.type === 'suite') visitAll(task, depth)
    else if (task.type === 'test') Object.assign(task, { annotations: [], artifacts: [], benchmarks: [] })
    else throw new Refused('a task that is neither suite nor test', task.type)
  }
  const visitAll = (task: SentTask, depth: number): void => {
    if (!Array.isArray(task.tasks)) throw new Refused('a suite without tasks', task.id)
    task.tasks = task.tasks.map((child: unknown) => {
      const sent = requireTask(shaped(child, taskShape))
      visit(sent, task === file ? undefined : task, depth + 1)
      return sent
    })
  }
  visit(file, undefined, 0)
  return file
}

/** Meta that can be written as JSON; what a worker says of a file's usage is not the kernel's. */
export function cleanMeta(meta: unknown, isOfFile: boolean, allowance: Allowance): Record<string, unknown> {
  if (typeof meta !== 'object' || meta === null) return {}
  const { sandbox, ...others } = (allowance.copy(meta) ?? {}) as Record<string, unknown>
  return isOfFile || sandbox === undefined ? others : { ...others, sandbox: cleanTestUsage(sandbox) }
}

function cleanTestUsage(usage: unknown): unknown {
  const { cpuTimeMs, memoryGrowthBytes } = (usage ?? {}) as Record<string, unknown>
  return { cpuTimeMs: Number(cpuTimeMs) || 0, memoryGrowthBytes: Number(memoryGrowthBytes) || 0 }
}

/** A result whose errors may be printed. */
export function cleanResult(result: unknown, paths: VisiblePaths, allowance = new Allowance(), depth = 0): SentResult {
  if (typeof result !== 'object' || result === null) throw new Refused('a result that is none', result)
  if (!allowance.takes()) throw new Refused('more results than a message has room for', result)
  const { errors, attempts, ...others } = shaped(result, resultShape) as SentResult
  return {
    ...others,
    ...(errors === undefined ? {} : { errors: cleanErrors(errors, paths, allowance) }),
    // Those of retries, as Vitest 5 keeps them.
    ...(Array.isArray(attempts) && depth === 0
      ? { attempts: attempts.map((each) => cleanResult(each, paths, allowance, 1)) }
      : {}),
  }
}

function requireTask(value: unknown): SentTask {
  const { id, name, type, mode } = (value ?? {}) as Partial<SentTask>
  const isWhole = typeof id === 'string' && typeof name === 'string' && typeof type === 'string' && isMode(mode)
  if (isWhole) return value as SentTask
  throw new Refused('a task that is none', value)
}
