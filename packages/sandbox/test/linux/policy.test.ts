import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createSandbox, defaultPolicy, definePolicy, type Policy, type RunResult } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

async function run(policy: Policy, script: string): Promise<RunResult> {
  await using sandbox = await createSandbox({ policy, concurrency: 1 })
  const prelude = 'import ctypes, os, signal\nlibc = ctypes.CDLL(None, use_errno=True)\n'
  return await sandbox.run(['/usr/bin/python3', '-c', prelude + script])
}

const makeLink = `
try:
    os.symlink('/etc/passwd', '/tmp/a link')
    print('made')
except OSError as error:
    print(error.errno)
`

describe('a policy of one’s own', () => {
  test('refuses what it denies, and says so', async () => {
    const result = await run(definePolicy({ extends: defaultPolicy, deny: ['symlink', 'symlinkat'] }), makeLink)
    expect(String(result.stdout)).toBe('1\n')
    expect(result.violations).toMatchObject([
      { call: expect.stringMatching(/^symlink(at)?$/), detail: '/etc/passwd "/tmp/a link"' },
    ])
  })

  test('tells of what it allows where it is asked to', async () => {
    const result = await run(definePolicy({ extends: defaultPolicy, report: ['symlink', 'symlinkat'] }), makeLink)
    expect(String(result.stdout)).toBe('made\n')
    expect(result).toMatchObject({ violations: [{ detail: '/etc/passwd "/tmp/a link"', count: 1 }], refusalCount: 1 })
  })

  test('tells of nothing where it is asked for that, and refuses all the same', async () => {
    const policy = definePolicy({ extends: defaultPolicy, report: [] })
    const result = await run(policy, 'print(libc.unshare(0x10000000), ctypes.get_errno())')
    expect(String(result.stdout)).toBe('-1 1\n')
    expect(result).toMatchObject({ violations: [], refusalCount: 0 })
  })

  test('is refused where a name in it is none', () => {
    expect(() => definePolicy({ deny: ['symlnk'] })).toThrow("`policy.deny[0]` must name a system call, got 'symlnk'")
  })
})

describe('a call that a policy kills for', () => {
  const policy = definePolicy({ extends: defaultPolicy, kill: ['mount'] })
  const mount = "print('before', flush=True)\nlibc.mount(b'a', b'b', b'c', 0, None)\nprint('after')"

  test('ends the process by SIGSYS, and is told', async () => {
    const result = await run(policy, mount)
    expect(result).toMatchObject({
      status: 'signaled',
      signal: 'SIGSYS',
      violations: [{ call: 'mount', detail: 'a b', count: 1 }],
    })
    expect(String(result.stdout)).toBe('before\n')
  })

  test.each([
    ['ignores SIGSYS', 'signal.signal(signal.SIGSYS, signal.SIG_IGN)'],
    ['handles it', 'signal.signal(signal.SIGSYS, lambda *_: None)'],
    ['blocks it', 'signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSYS])'],
  ])('ends one as well that %s', async (_, before) => {
    const result = await run(policy, `${before}\n${mount}`)
    expect(result).toMatchObject({ status: 'signaled', signal: 'SIGKILL', refusalCount: 1 })
    expect(String(result.stdout)).toBe('before\n')
  })

  test('leaves the others of the run alone', async () => {
    const result = await run(
      policy,
      `
if os.fork() == 0:
    libc.mount(b'a', b'b', b'c', 0, None)
print(os.WTERMSIG(os.wait()[1]) == signal.SIGSYS)`,
    )
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(String(result.stdout)).toBe('True\n')
  })
})

/** What of native code a process loads for a run: libseccomp comes in by koffi. */
async function loadedFor(policy: string): Promise<readonly string[]> {
  const source = new URL('../../src/index.ts', import.meta.url).href
  const program = `
    const loaded = []
    const dlopen = process.dlopen
    process.dlopen = (...args) => { loaded.push(args[1]); return dlopen(...args) }
    const { createSandbox, defaultPolicy, definePolicy } = await import(${JSON.stringify(source)})
    const sandbox = await createSandbox({ policy: ${policy}, concurrency: 1 })
    await sandbox.run(['true'])
    await sandbox.close()
    console.log(JSON.stringify(loaded))`
  const execArgv = ['--conditions=mayfly-source', '--disable-warning=ExperimentalWarning', '--input-type=module']
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...execArgv, '-e', program], { cwd })
  return JSON.parse(stdout) as readonly string[]
}

describe('libseccomp is', () => {
  test('not loaded for the default policy, which comes compiled', async () => {
    expect(await loadedFor('defaultPolicy')).toEqual([])
  })

  test('loaded for another', async () => {
    expect(await loadedFor("definePolicy({ extends: defaultPolicy, deny: ['symlink'] })")).toHaveLength(1)
  })
})

test('a policy that a start cannot do with is told as such, and nothing hangs', async () => {
  const policy = { ...defaultPolicy, allow: defaultPolicy.allow.filter((call) => call !== 'sendmsg') }
  const refusing = { ...policy, refuse: { ...policy.refuse, EPERM: [...(policy.refuse.EPERM ?? []), 'sendmsg'] } }
  await expect(createSandbox({ policy: refusing }).then((sandbox) => sandbox.run(sh('true')))).rejects.toMatchObject({
    code: expect.stringMatching(/^(UNSUPPORTED_HOST|CONTAINER_FAILED)$/),
  })
})
