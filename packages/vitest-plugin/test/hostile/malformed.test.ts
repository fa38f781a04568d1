import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { Project } from '../support/run-vitest.ts'

/** What reporters would fall over, as a worker's test may send it: `own` is the test, `file` its file. */
const sent: Readonly<Record<string, string>> = {
  'a result': `rpc.onTaskUpdate([[own.id, { state: 7, duration: 'x', startTime: {}, note: {}, hooks: 5, retryCount: {},
    errors: [null, 5, { message: {}, stack: 7, diff: {}, expected: 5, VITEST_TEST_PATH: {} }] }, {}]], [[own.id, 'test-finished', undefined]])`,
  events: `rpc.onTaskUpdate([[own.id, { state: 'pass' }, {}]], [[own.id, 'no-such-event', 1]])`,
  'causes without end': `const first = {}; let last = first
    for (let i = 0; i < 5000; i++) { last.cause = { message: 'm', stack: '' }; last = last.cause }
    rpc.onTaskUpdate([[own.id, { state: 'fail', errors: [first] }, {}]], [[own.id, 'test-finished', undefined]])`,
  tasks: `const all = { ...file, tasks: [{ id: own.id, name: 'n', type: 'test', mode: 'run', meta: 5, location: 'x', timeout: 'y',
    tags: 5, annotations: [null], artifacts: 5, retry: 'x', fullName: 5, fullTestName: {}, context: 5 }], importDurations: 5,
    collectDuration: 'x', setupDuration: {}, meta: {} }
    rpc.onCollected([all])`,
  'tasks of one name': `const one = { id: own.id, name: 'n', type: 'test', mode: 'run', meta: {} }
    rpc.onCollected([{ ...file, tasks: [one, one], meta: {} }])`,
  'tasks in a circle': `const round = { id: own.id, name: 'n', type: 'suite', mode: 'run', meta: {} }; round.tasks = [round]
    rpc.onCollected([{ ...file, tasks: [round], meta: {} }])`,
  logs: `rpc.onUserConsoleLog(null); rpc.onUserConsoleLog({ content: 'x', type: 'nope', time: {}, size: 'x', browser: 5, origin: 5 })`,
  artifacts: `rpc.onTaskArtifactRecord(own.id, { type: 5 })
    rpc.onTaskArtifactRecord(own.id, { type: 'x', annotation: { message: {}, type: {}, location: { file: '/etc/passwd', line: 1, column: 1 },
      attachment: { path: 5, body: {}, contentType: 5 } }, attachments: [null, 5], location: { file: 5 } })`,
  benchmarks: `rpc.onTestBenchmark(own.id, { name: 5, tasks: [null] })`,
  snapshots: `rpc.snapshotSaved({ filepath: file.filepath, added: {}, matched: 'x', uncheckedKeys: [{}, null] })`,
  'meta that is no JSON': `const round = { big: 1n, boxed: Object(1n), all: new BigInt64Array(1) }; round.round = round
    rpc.onTaskUpdate([[own.id, { state: 'pass', more: 1n, htmlError: '<script>' }, round]], [[own.id, 'test-finished', undefined]])`,
  'an array of holes': `const holes = []; holes.length = 2 ** 32 - 1; rpc.onTaskUpdate(holes, [])`,
  'errors in errors': `const first = { message: 'm', stack: '' }; first.cause = first; first.errors = Array(1000).fill(first); first.more = first.errors
    rpc.onTaskUpdate([[own.id, { state: 'fail', errors: Array(1000).fill(first) }, {}]], [[own.id, 'test-finished', undefined]])`,
  'a stack without end': `const stack = 'x'.repeat(1 << 20)
    const stacks = ['\\n'.repeat(1 << 20) + 'x', 'at ' + ' ('.repeat(1 << 19) + ':1', '\\r'.repeat(1 << 20) + 'x']
    rpc.onTaskUpdate([[own.id, { state: 'fail', errors: stacks.map((stack) => ({ message: 'm', stack })) }, {}]], [[own.id, 'test-finished', undefined]])`,
  'a stack of directories': `const stack = 'Error: m\\n    at f (' + process.cwd() + ':1:1)'
    rpc.onTaskUpdate([[own.id, { state: 'fail', errors: [{ message: 'm', stack }] }, {}]], [[own.id, 'test-finished', undefined]])`,
  'a broken map': `const stack = 'Error: m\\n    at f (' + process.cwd() + '/map.js:1:1)'
    rpc.onTaskUpdate([[own.id, { state: 'fail', errors: [{ message: 'm', stack }] }, {}]], [[own.id, 'test-finished', undefined]])`,
  'a trace': `rpc.onTaskArtifactRecord(own.id, { type: 'internal:browserTrace', data: { entries: [{ stack: 'at f (/dev/zero:1:1)' }] } })`,
  'events without end': `rpc.onTaskUpdate([], Array(1_000_000).fill([file.id, 'suite-prepare', undefined]).concat(Array(1_000_000).fill([file.id, 'suite-finished', undefined])))`,
  coverage: `rpc.onAfterSuiteRun(null); rpc.onAfterSuiteRun({ coverage: { result: [null, 5, { url: 5 }] }, environment: '__proto__' })`,
}

const start = `const { rpc: calls } = globalThis.__vitest_worker__
  const answers = []
  const rpc = new Proxy(calls, { get: (_, name) => (...args) => { answers.push(calls[name](...args)) } })
  const own = task, { file: { tasks: _, file: _f, ...file } } = task`

const early = `import { readdirSync, readlinkSync, writeSync } from 'node:fs'
import { serialize } from 'node:v8'
import { test } from 'vitest'
test('says that all is done', async () => {
  for (const type of ['testfileFinished', 'stopped']) {
    const body = serialize({ __vitest_worker_response__: true, type })
    const head = Buffer.alloc(4)
    head.writeUInt32LE(body.length)
    for (const name of readdirSync('/proc/self/fd')) {
      try { if (readlinkSync('/proc/self/fd/' + name).startsWith('socket:')) writeSync(Number(name), Buffer.concat([head, body])) } catch {}
    }
  }
  await new Promise(() => {})
}, 100_000)
test('never comes to it', () => {})`

test.for([5, 4] as const)(
  'under Vitest %i no report is lost to what a worker sends in place of what is meant',
  async (version, context) => {
    needs(context, (await inspectHost()).supported, 'the host lacks something that a sandbox requires')
    const files = Object.entries(sent).map(([name, code]) => [
      `${name.replaceAll(' ', '-')}.test.ts`,
      `import { test } from 'vitest'
test('sends', async ({ task }) => { ${start}
  ${code}
  await Promise.allSettled(answers)
})`,
    ])
    using project = new Project(version, {
      ...(Object.fromEntries(files) as Readonly<Record<string, string>>),
      'early.test.ts': early,
      'map.js': `//# sourceMappingURL=data:application/json;base64,${btoa('{"version":3}')}`,
      'good.test.ts': `import { test } from 'vitest'\ntest('is good', () => {})`,
    })
    const {
      output,
      tests,
      files: reported,
    } = await project.run({}, [
      ...['junit', 'blob', 'tap', 'github-actions'].map((name) => `--reporter=${name}`),
      ...['--outputFile.junit=junit.xml', '--outputFile.blob=blob.json'],
    ])
    expect(output).not.toMatch(/Unhandled|TypeError/)
    expect(project.read('junit.xml')).toContain('is good')
    expect(project.read('blob.json')).toContain('is good')
    expect(project.read('blob.json')).not.toContain('<script>')
    expect(tests.get('good.test.ts is good')?.status).toBe('passed')
    expect(reported.size).toBe(files.length + 2)
    expect(reported.get('early.test.ts')?.status).toBe('failed')
    expect(output).toContain('the worker said that it was done before its tests were')
  },
)
