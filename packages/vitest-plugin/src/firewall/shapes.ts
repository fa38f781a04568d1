import type { VisiblePaths } from './visible-paths.ts'

/** What a property must be; reporters take it for that without a look. */
export type Is = (value: unknown) => boolean
type Shape = Readonly<Record<string, Is>>

const isText: Is = (value) => typeof value === 'string'
const isNumber: Is = (value) => typeof value === 'number' && Number.isFinite(value)
const isFlag: Is = (value) => typeof value === 'boolean'
const isNothing: Is = (value) => value === undefined
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isListOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is)
const isRecordOf =
  (is: Is): Is =>
  (value) =>
    isRecord(value) && Object.values(value).every(is)
const isOneOf =
  (...words: readonly unknown[]): Is =>
  (value) =>
    words.includes(value)
const isEither =
  (...all: readonly Is[]): Is =>
  (value) =>
    all.some((is) => is(value))

/** How a task is to be run. */
export const isMode = isOneOf('run', 'skip', 'only', 'todo', 'queued')
const isState = isEither(isMode, isOneOf('pass', 'fail'))
const isPlace: Is = (value) => isRecord(value) && isNumber(value['line']) && isNumber(value['column'])
const isMeasured = isRecordOf(isEither(isNothing, isNumber, isText, isListOf(isNumber)))

/** Of a result, but for its errors; what the UI takes for HTML it makes itself. */
export const resultShape: Shape = {
  state: isState,
  ...{ duration: isNumber, startTime: isNumber, heap: isNumber, retryCount: isNumber, repeatCount: isNumber },
  ...{ hooks: isRecordOf(isState), pending: isFlag, note: isText, htmlError: isNothing, benchmark: isMeasured },
}

/** Of a suite or a test; what the host adds to them later is not taken from a worker. */
export const taskShape: Shape = {
  ...{ fullName: isText, fullTestName: isText, location: isPlace, tags: isListOf(isText), timeout: isNumber },
  ...{ each: isFlag, concurrent: isFlag, shuffle: isFlag, dynamic: isFlag, fails: isFlag, repeats: isNumber },
  ...{ retry: isEither(isNumber, isRecord), logs: isNothing, context: isNothing, promises: isNothing },
}

/** Of a file, beside that. */
export const fileShape: Shape = {
  ...{ collectDuration: isNumber, collectFetchDuration: isNumber, setupDuration: isNumber, prepareDuration: isNumber },
  ...{ setupFetchDuration: isNumber, environmentLoad: isNumber, concurrencyId: isNumber, workerId: isNumber },
  ...{ viteEnvironment: isText, importDurations: isRecordOf(isRecord) },
}

/** Of an error, beside its name, message and stack. */
export const errorShape: Shape = { diff: isText, expected: isText, actual: isText, VITEST_TEST_NAME: isText }

export const logShape: Shape = { type: isOneOf('stdout', 'stderr'), time: isNumber, size: isNumber, browser: isFlag }
export const attachmentShape: Shape = {
  ...{ name: isText, contentType: isText, bodyEncoding: isText },
  body: isEither(isText, (value) => value instanceof Uint8Array),
}

/** A copy without those properties that are not what they must be; of others nothing is known. */
export function shaped(value: unknown, shape: Shape): Record<string, unknown> {
  const entries = Object.entries(value ?? {})
  return Object.fromEntries(
    entries.filter(([name, each]) => !Object.hasOwn(shape, name) || each === undefined || shape[name]?.(each) === true),
  )
}

/** What happens to tasks. */
export const isEvent = isOneOf(
  ...['test-failed-early', 'suite-failed-early', 'suite-prepare', 'suite-finished', 'test-prepare', 'test-finished'],
  ...['test-retried', 'test-cancel', 'before-hook-start', 'before-hook-end', 'after-hook-start', 'after-hook-end'],
)

/** A place in a file that the worker sees, where it is one. */
export function visiblePlace(place: unknown, paths: VisiblePaths): unknown {
  if (!isPlace(place)) return undefined
  const { file } = place as { readonly file?: unknown }
  return file === undefined || (typeof file === 'string' && paths.has(file)) ? place : undefined
}

/** Where a benchmark is what is printed as one. */
export const isBenchmark: Is = (value) =>
  isRecord(value) &&
  isText(value['name']) &&
  isListOf(
    (task) => isRecord(task) && isText(task['name']) && isMeasured(task['latency']) && isMeasured(task['throughput']),
  )(value['tasks'])
