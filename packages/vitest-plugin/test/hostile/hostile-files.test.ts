import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Project, type Version, type VitestRun } from '../support/run-vitest.ts'

let supported = false
beforeAll(async () => {
  supported = (await inspectHost()).supported
})
beforeEach((context) => needs(context, supported, 'the host lacks something that a sandbox requires'))

/** Of the host, where no test may look. */
const outside = mkdtempSync(join(tmpdir(), 'mayfly-outside-'))
const secret = 'only-the-host-knows'
writeFileSync(join(outside, 'secret.txt'), secret)
mkdirSync(join(outside, '.ssh'))
writeFileSync(join(outside, '.ssh', 'id_rsa'), secret)
writeFileSync(join(outside, 'module.mjs'), `export default '${secret}'`)
afterAll(() => rmSync(outside, { recursive: true, force: true }))

const hostile = {
  'loop.test.ts': `// @sandbox {"limits":{"wallTime":"1500ms"}}
    import { test } from 'vitest'
    test('ends before', () => {})
    test('spins', () => { for (;;); })
    test('never comes to it', () => {})`,
  'top.test.ts': `// @sandbox {"limits":{"wallTime":"1500ms"}}
    for (;;);`,
  'memory.test.ts': `// @sandbox {"limits":{"memory":"200MiB"}}
    import { test } from 'vitest'
    test('ends before', () => {})
    test('fills memory', () => { const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1)) })`,
  'bomb.test.ts': `// @sandbox {"limits":{"processes":40}}
    import { spawn } from 'node:child_process'
    import { test } from 'vitest'
    test('forks', async () => {
      for (let i = 0; i < 100; i++) spawn('sleep', ['1000']).on('error', () => {})
      await new Promise((resolve) => setTimeout(resolve, 50))
    })`,
  'network.test.ts': `import net from 'node:net'
    import { expect, test } from 'vitest'
    test('connects', async () => {
      await new Promise((resolve) => net.connect(80, '203.0.113.7').on('error', resolve))
    })
    test('looks up', async () => { await fetch('http://host.invalid/').catch(() => {}) })
    test('has a server', async () => {
      const server = net.createServer((socket) => socket.end('x')).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const text = await new Promise((resolve) => net.connect(server.address().port, 'localhost').on('data', resolve))
      expect(String(text)).toBe('x')
      server.close()
    })`,
  'write.test.ts': `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
    import { writeFile } from 'node:fs/promises'
    import { test } from 'vitest'
    test('writes a package', () => { try { writeFileSync('node_modules/evil.js', 'x') } catch {} })
    test('writes beside itself', async () => { await writeFile(new URL('evil.ts', import.meta.url), 'x').catch(() => {}) })
    test('reads a key', () => { readFileSync('${outside}/.ssh/id_rsa') })
    test('writes to /tmp', () => { mkdirSync('/tmp/deep'); writeFileSync('/tmp/deep/x', 'x') })`,
  'death.test.ts': `import { test } from 'vitest'
    test('ends before', () => {})
    test('leaves', () => { process.reallyExit(7) })`,
  'kill.test.ts': `import { execSync } from 'node:child_process'
    import { test } from 'vitest'
    test('kills its parent', () => { try { process.kill(process.ppid, 'SIGKILL') } catch {} })
    test('mounts', () => { try { execSync('mount -t tmpfs none /mnt 2>&1') } catch {} })`,
  'flood.test.ts': `import { readdirSync, readlinkSync, writeSync } from 'node:fs'
    import { test } from 'vitest'
    const isSocket = (name) => { try { return readlinkSync('/proc/self/fd/' + name).startsWith('socket:') } catch { return false } }
    const sockets = readdirSync('/proc/self/fd').map(Number).filter(isSocket)
    test('floods the channel', () => {
      const frame = Buffer.alloc(1 << 20)
      frame.writeUInt32LE(0xffffffff)
      for (;;) for (const socket of sockets) try { writeSync(socket, frame) } catch {}
    })`,
  'talk.test.ts': `// @sandbox {"limits":{"output":"2MiB"}}
    import { test } from 'vitest'
    test('ends before', () => {})
    test('talks without end', async ({ annotate }) => {
      const attachment = { body: 'x'.repeat(1 << 16), contentType: 'text/plain' }
      for (;;) await annotate('m', attachment)
    })`,
  'secrets.test.ts': `import { readFileSync } from 'node:fs'
    import { expect, test } from 'vitest'
    test('sees none', () => {
      expect(readFileSync('.env', 'utf8')).toBe('')
      expect(process.env.API_TOKEN).toBeUndefined()
      expect(() => readFileSync('${outside}/secret.txt')).toThrow('ENOENT')
    })`,
  'good.test.ts': `import { expect, test } from 'vitest'
    test('is good', () => { expect(1).toBe(1) })`,
}

describe.each([5, 4] as const)('hostile files under Vitest %i', (version: Version) => {
  let run: VitestRun
  let project: Project
  beforeAll(async () => {
    if (!supported) return
    project = new Project(version, { ...hostile, '.env': `TOKEN=${secret}` })
    run = await project.run({}, [], { API_TOKEN: secret })
  })
  afterAll(() => project?.[Symbol.dispose]())

  test.each([
    [
      'loop.test.ts spins',
      /wall-clock limit of 1\.5 s reached in "spins" \(measured (?:1\.[5-9]|[2-9]|\d\d)[\d.]* s; .*`limits\.wallTime`/,
    ],
    ['memory.test.ts fills memory', /memory limit of 200 MiB reached in "fills memory" \(measured .*`limits\.memory`/],
    ['network.test.ts connects', /connect 203\.0\.113\.7:80: refused .*ENETUNREACH[^]*network\.test\.ts:4:/],
    ['network.test.ts looks up', /lookup host\.invalid: refused[^]*network\.test\.ts:6:/],
    [
      'write.test.ts writes a package',
      /writeFile node_modules\/evil\.js: refused .*EROFS[^]*`writable`[^]*write\.test\.ts:4:/,
    ],
    ['write.test.ts writes beside itself', /writeFile \/.*\/evil\.ts: refused .*EROFS[^]*write\.test\.ts:5:/],
    ['write.test.ts reads a key', /ENOENT: no such file or directory, open '\/.+\/\.ssh\/id_rsa'/],
    ['death.test.ts leaves', /worker exited with code 7 while "leaves" ran/],
    ['kill.test.ts kills its parent', /kill 1 SIGKILL: refused[^]*kill\.test\.ts:3:/],
    ['kill.test.ts mounts', /mount none \/mnt: refused by the sandbox \(by mount/],
    [
      'flood.test.ts floods the channel',
      /broke the rules of its channel: a message of 4294967295 bytes is longer than 67108864/,
    ],
    ['talk.test.ts talks without end', /output limit of 2 MiB reached in "talks without end".*`limits\.output`/],
  ])('%s fails, with what and where', (name, message) => {
    expect(run.tests.get(name)).toMatchObject({ status: 'failed', messages: expect.stringMatching(message) })
  })

  test.each([
    ['top.test.ts', /wall-clock limit of 1\.5 s reached outside of a test/],
    ['bomb.test.ts', /process limit of 40 reached/],
  ])('%s fails as a file', (name, message) => {
    expect(run.files.get(name)).toMatchObject({ status: 'failed' })
    expect(run.output).toMatch(message)
  })

  test('the others are unharmed, and those that had ended keep their results', () => {
    const passed = [...run.tests].filter(([, { status }]) => status === 'passed').map(([name]) => name)
    expect(passed.sort()).toEqual([
      'bomb.test.ts forks',
      'death.test.ts ends before',
      'good.test.ts is good',
      'loop.test.ts ends before',
      'memory.test.ts ends before',
      'network.test.ts has a server',
      'secrets.test.ts sees none',
      'talk.test.ts ends before',
      'write.test.ts writes to /tmp',
    ])
    const failed = [...run.tests].filter(([, { status }]) => status === 'failed').map(([name]) => name)
    expect(failed.sort()).toEqual([
      'death.test.ts leaves',
      'flood.test.ts floods the channel',
      'kill.test.ts kills its parent',
      'kill.test.ts mounts',
      'loop.test.ts spins',
      'memory.test.ts fills memory',
      'network.test.ts connects',
      'network.test.ts looks up',
      'talk.test.ts talks without end',
      'write.test.ts reads a key',
      'write.test.ts writes a package',
      'write.test.ts writes beside itself',
    ])
    expect([...run.files.keys()].sort()).toEqual(Object.keys(hostile).sort())
    expect(run.status).toBe(1)
  })

  test('nothing was written, and nobody is left', () => {
    expect(existsSync(join(project.directory, 'node_modules', 'evil.js'))).toBe(false)
    expect(existsSync(join(project.directory, 'evil.ts'))).toBe(false)
    expect(run.output).not.toContain(secret)
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe(secret)
  })

  test('what a file used is on its tests', () => {
    expect(run.tests.get('good.test.ts is good')?.meta).toMatchObject({
      sandbox: {
        file: {
          memoryPeakBytes: expect.any(Number),
          processPeakCount: expect.any(Number),
          writtenBytes: expect.any(Number),
        },
      },
    })
    expect(run.output).toMatch(/peak memory +cpu +wall +processes +written +file\n +200 MiB .* memory\.test\.ts/)
  })
})

describe.each([5, 4] as const)('a worker that lies, under Vitest %i', (version: Version) => {
  test('reads nothing by the module server, and forges nothing of another file', async () => {
    const lies = `
      import { expect, test } from 'vitest'
      const { rpc } = globalThis.__vitest_worker__
      const outcome = async (call) => call.then((value) => JSON.stringify(value) ?? 'undefined', (error) => 'refused: ' + error.message)
      const ids = ['${outside}/secret.txt?raw', '/@fs/${outside}/secret.txt?raw', 'file://${outside}/secret.txt?raw',
        '/@id/${outside}/secret.txt?raw', '../../../../../../..${outside}/secret.txt?raw', '${outside}/module.mjs', '/etc/hostname?raw', '/@id/__x00__${outside}/secret.txt?raw']
      test.each(ids)('fetches %s', async (id) => {
        const importer = import.meta.url.slice('file://'.length)
        for (const from of [undefined, importer, '${outside}/x.js'])
          expect(await outcome(rpc.fetch(id, from, '__vitest__', {}))).toMatch(/^refused: (refused|.*(Cannot find|Failed to (load|resolve)))/)
        expect(await import(/* @vite-ignore */ id).then((module) => JSON.stringify(module), () => 'no')).toBe('no')
        expect(await outcome(rpc.resolve(id, undefined, '__vitest__'))).toBe('null')
      })
      test('reports another file', async () => {
        const { task } = expect.getState().currentTestName ? { task: globalThis.__vitest_worker__.current } : {}
        const other = { ...task.file, filepath: task.file.filepath.replace('lies', 'victim'), id: '12345', tasks: [], file: undefined }
        expect(await outcome(rpc.onCollected([other]))).toMatch('refused')
        expect(await outcome(rpc.onQueued(other))).toMatch('refused')
        expect(await outcome(rpc.onTaskUpdate([['12345_0', { state: 'pass' }, {}]], []))).toMatch('refused')
        expect(await outcome(rpc.onTaskUpdate([], [['12345', 'suite-finished', undefined]]))).toMatch('refused')
        expect(await outcome(rpc.snapshotSaved({ filepath: other.filepath, added: 1 }))).toMatch('refused')
        expect(await outcome(rpc.resolveSnapshotPath(other.filepath))).toMatch('refused')
        expect(await outcome(rpc.onTaskArtifactRecord(task.id, { type: 'internal:annotation', annotation: { message: 'm', type: 'notice', attachment: { path: '${outside}/secret.txt' } } }))).toMatch('refused')
        expect(await outcome(rpc.onAfterSuiteRun({ coverage: '${outside}/secret.txt', testFiles: [] }))).toMatch('refused')
        expect(await outcome(rpc.writeBenchmarkResult('evil.json', {}))).toMatch('refused')
        expect(await outcome(rpc.unheardOf())).toMatch('refused')
        // Victims have ids that anyone can work out; Vitest skips what is said to be pending.
        expect(await outcome(rpc.onUnhandledError({ code: 'VITEST_PENDING', taskId: '12345_0', message: 'm' }, 'x'))).toMatch('refused')
        const root = process.cwd(), up = '%2F..'.repeat(20)
        const hidden = [root + '/.\\\\.env', 'file://' + root + '/x' + up + '${outside}/secret.txt'.replaceAll('/', '%2F'),
          'file://' + root + '/x' + up.replaceAll('%2F', '%5C') + '${outside}/secret.txt'.replaceAll('/', '%5C')]
        for (const [line, path] of hidden.entries())
          await rpc.onAsyncLeaks([{ filename: root, projectName: '', type: 'x' + line, stack: 'Error: x\\n    at f (' + path + ':1:1)' }])
        rpc.onCancel('keyboard-input')
        task.file.meta.sandbox = { memoryPeakBytes: 1 }
      })
      test('prints a line of a file that it cannot see', () => {
        const error = new Error('frame')
        error.stack = 'Error: frame\\n    at f (${outside}/secret.txt:1:1)\\n    at ${outside}/module.mjs:1:1'
        error.cause = Object.assign(new Error('cause'), { stack: 'Error: cause\\n    at g (file://${outside}/module.mjs:1:1)' })
        throw error
      })`
    using project = new Project(version, {
      'lies.test.ts': lies,
      '.env': `TOKEN=${secret}`,
      'victim.test.ts': `import { expect, test } from 'vitest'
        test('fails truly', () => { expect(1).toBe(2) })`,
    })
    const run = await project.run({ report: { file: 'usage.ndjson' } }, ['--no-file-parallelism'])
    const failed = [...run.tests].filter(([, { status }]) => status !== 'passed').map(([name]) => name)
    expect(failed.sort()).toEqual([
      'lies.test.ts prints a line of a file that it cannot see',
      'victim.test.ts fails truly',
    ])
    expect(run.output).not.toContain(secret)
    expect(run.tests.size).toBe(11)
    const lying = project
      .read('usage.ndjson')
      .split('\n')
      .find((line) => line.includes('lies.test.ts'))
    const usage = JSON.parse(lying ?? '') as { readonly memoryPeakBytes: number }
    expect(usage.memoryPeakBytes).toBeGreaterThan(2 ** 20)
  })
})
