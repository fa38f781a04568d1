import type { SmallProject } from './small-projects.ts'

const some = {
  'a.test.ts': `import { describe, expect, test } from 'vitest'
interface Shape { readonly side: number }
type Area = number

describe('a square', () => {
  test('has an area', () => {
    const square: Shape = { side: 3 }
    console.log('side', square.side)
    const area: Area = square.side ** 2
    expect(area).toBe(9)
  })
  test('has another', { retry: 1 }, () => {
    console.warn('a warning')
    expect({ side: 2 } satisfies Shape).toStrictEqual({ side: 3 })
  })
  test.skip('is left out', () => {})
  test.todo('comes later')
})`,
  'b.test.ts': `import { test } from 'vitest'
test('throws', () => { throw new RangeError('too far') })`,
}

function fileOf(reporter: string): SmallProject {
  const path = `out/report.${reporter}`
  return {
    files: some,
    args: ['--no-file-parallelism', '--reporter=default', `--reporter=${reporter}`, `--outputFile.${reporter}=${path}`],
    made: [path],
  }
}

function printedBy(reporter: string): SmallProject {
  return { files: some, args: ['--no-file-parallelism', `--reporter=${reporter}`] }
}

/** Reporters of every kind. */
export const reportingProjects: Readonly<Record<string, SmallProject>> = {
  'the reporter for JUnit': fileOf('junit'),
  'the reporter for JSON': fileOf('json'),
  'the reporter for TAP': fileOf('tap'),
  'the reporter for flat TAP': fileOf('tap-flat'),
  'the reporter of dots': printedBy('dot'),
  'the reporter of a tree': printedBy('tree'),
  'the reporter for GitHub': printedBy('github-actions'),
  'a reporter of one’s own': {
    files: {
      ...some,
      'reporter.mjs': `export default class {
  onTestSuiteReady(suite) { console.log('ready:', suite.fullName) }
  onTestCaseReady(test) { console.log('begins:', test.fullName) }
  onTestCaseResult(test) { console.log('ends:', test.fullName, test.result().state, test.result().errors?.[0]?.stacks?.[0]?.line) }
  onTestModuleEnd(module) { console.log('module:', module.relativeModuleId, module.state()) }
  onTestRunEnd(modules, errors, reason) { console.log('end:', modules.length, errors.length, reason) }
  onUserConsoleLog(log) { console.log('told:', log.type, log.content.trim(), log.taskId !== undefined) }
}`,
    },
    args: ['--no-file-parallelism', '--reporter=./reporter.mjs'],
  },
  'a list of the tests': { files: { 'a.test.ts': some['a.test.ts'] }, command: 'list' },
  bail: {
    files: Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [
        `${name}.test.ts`,
        `import { expect, test } from 'vitest'
test('first of ${name}', () => { expect('${name}').toBe('a') })
test('second of ${name}', () => {})`,
      ]),
    ),
    test: { bail: 1, sequence: { shuffle: false } },
    args: ['--no-file-parallelism', '-t', 'of [ab]'],
  },
  'no tests, and none that match': {
    files: { 'a.test.ts': `import { test } from 'vitest'\ntest('one', () => {})`, 'none.test.ts': 'export {}' },
    args: ['-t', 'two', '--passWithNoTests'],
  },
}
