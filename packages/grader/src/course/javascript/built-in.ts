/** The module `mayfly/test`: what tests are written with. */
export const testModule = String.raw`import * as parts from '@vitest/expect'
import { getCurrentTest } from '@vitest/runner'

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, suite, test } from '@vitest/runner'

const { chai, getState, setState } = parts
for (const plugin of [parts.JestExtend, parts.JestChaiExpect, parts.ChaiStyleAssertions, parts.JestAsymmetricMatchers])
  chai.use(plugin)

export const assert = chai.assert

/** Vitest's, without snapshots. */
export function expect(value, message) {
  setState({ assertionCalls: getState(expect).assertionCalls + 1 }, expect)
  const assertion = chai.expect(value, message)
  const test = getCurrentTest()
  return test === undefined ? assertion : assertion.withTest(test)
}

Object.assign(expect, chai.expect, globalThis[parts.ASYMMETRIC_MATCHERS_OBJECT])
expect.getState = () => getState(expect)
expect.setState = (state) => setState(state, expect)
expect.extend = (matchers) => chai.expect.extend(expect, matchers)
expect.addEqualityTesters = (testers) => parts.addCustomEqualityTesters(testers)
expect.soft = (...values) => expect(...values).withContext({ soft: true })
expect.unreachable = (message) => chai.assert.fail(message ?? 'this was not to be reached')
expect.assertions = (count) =>
  setState(
    {
      expectedAssertionsNumber: count,
      expectedAssertionsNumberErrorGen: () =>
        new Error(count + ' assertions were expected, there were ' + getState(expect).assertionCalls),
    },
    expect,
  )
expect.hasAssertions = () =>
  setState({ isExpectingAssertions: true, isExpectingAssertionsError: new Error('no assertion was made') }, expect)
setState({}, expect)
globalThis[parts.GLOBAL_EXPECT] = expect

/** Before a test: nothing has been asserted. */
export function startCounting() {
  setState(
    {
      ...{ assertionCalls: 0, isExpectingAssertions: false, isExpectingAssertionsError: null },
      ...{ expectedAssertionsNumber: null, expectedAssertionsNumberErrorGen: null },
    },
    expect,
  )
}

/** After a test: whether as much was asserted as it said. */
export function checkCount() {
  const state = getState(expect)
  if (state.expectedAssertionsNumber !== null && state.assertionCalls !== state.expectedAssertionsNumber)
    throw state.expectedAssertionsNumberErrorGen()
  if (state.isExpectingAssertions && state.assertionCalls === 0) throw state.isExpectingAssertionsError
}
`

/** Runs the files of tests that it is given, and writes what came of them: only once all have ended. */
export const testRunner = String.raw`import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startTests } from '@vitest/runner'
import { checkCount, startCounting } from 'mayfly/test'

const timeoutMs = 2 ** 31 - 1 // the harness has a limit of its own
const root = process.cwd()
const runner = {
  config: {
    ...{ root, name: undefined, setupFiles: [], passWithNoTests: false, testNamePattern: undefined },
    // One that is left over would drop all others
    allowOnly: false,
    ...{ sequence: { shuffle: false, concurrent: false, hooks: 'stack', setupFiles: 'list', seed: 0 } },
    ...{ maxConcurrency: 1, testTimeout: timeoutMs, hookTimeout: timeoutMs, retry: 0, includeTaskLocation: false },
    ...{ diffOptions: undefined, tags: [], tagsFilter: undefined, strictTags: false },
  },
  importFile: (path) => import(pathToFileURL(path)),
  onCollected: (files) => files.forEach(refuseFailed),
  onBeforeTryTask: startCounting,
  onAfterTryTask: checkCount,
}
// A test that breaks out of its own promise is broken itself
process.on('unhandledRejection', broken)
const files = await startTests(process.argv.slice(2).map((path) => resolve(path)), runner).catch(broken)
try {
  const results = files.flatMap((file) => testsIn(file, [], []))
  writeFileSync('results.json', JSON.stringify({ tests: results }))
} catch (error) {
  broken(error)
}

/** The last line is what is told of it. */
function broken(error) {
  console.error(String(error?.message ?? error).split('\n')[0])
  process.exit(1)
}

/** What has failed before it could run is not what its author meant. */
function refuseFailed({ tasks }) {
  for (const task of tasks) {
    if (task.result?.state === 'fail') throw new Error(task.name + ': ' + errorsOf(task)[0]?.message)
    refuseFailed({ tasks: task.tasks ?? [] })
  }
}

function errorsOf({ result }) {
  return result?.errors ?? []
}

/** Of all tests in a file or a group; what keeps it from running is no fault of the submission unless it says so. */
function testsIn(suite, names, above) {
  const errors = [...above, ...errorsOf(suite)]
  const broken = errors.find(({ name }) => name !== 'SubmissionError')
  if (broken !== undefined) throw new Error([...names, broken.message].join(' > '))
  return suite.tasks.flatMap((task) => {
    const path = [...names, task.name]
    return task.type === 'suite' ? testsIn(task, path, errors) : [resultOf(task, path.join(' > '), errors)]
  })
}

function resultOf(task, name, above) {
  const { points, hidden } = task.meta
  const [state, errors] = [task.result?.state, [...errorsOf(task), ...above]]
  const status = above.length > 0 ? 'error' : state === 'pass' ? 'pass' : state === 'fail' ? failed(errors) : 'skip'
  return {
    name,
    status,
    message: errors.map(({ message }) => message).join('\n').slice(0, 4000),
    ...(points === undefined ? {} : { max_score: points, score: status === 'pass' ? points : 0 }),
    ...(hidden === true ? { visibility: 'hidden' } : {}),
  }
}

function failed(errors) {
  return errors.every(({ name }) => name === 'SubmissionError') ? 'error' : 'fail'
}
`
