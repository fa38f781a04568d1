import { availableParallelism } from 'node:os'
import { MiB } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { fixtureFiles, sh } from '../support/commands.ts'
import { useSandbox } from '../support/use-sandbox.ts'

const sandbox = useSandbox()

async function outputOf(script: string): Promise<string> {
  return String((await sandbox().run(sh(script))).stdout)
}

/** proc_pid_status(5), as an object. */
async function ownStatus(): Promise<Readonly<Record<string, string>>> {
  // not by the shell, which unblocks signals
  const lines = String((await sandbox().run(['/bin/cat', '/proc/self/status'])).stdout).split('\n')
  return Object.fromEntries(lines.map((line) => [line.split(':')[0] ?? '', line.split(':')[1]?.trim() ?? '']))
}

test('18: the command runs as user and group 1000 and in no other group', async () => {
  expect(await outputOf('id -u; id -g; id -G; id -ru; id -rg')).toBe('1000\n1000\n1000\n1000\n1000\n')
})

test('19: the command has the umask 022', async () => {
  expect((await outputOf('umask; touch f; stat -c %a f')).split('\n')).toEqual(['0022', '644', ''])
})

test('18: the command owns the files that it makes', async () => {
  expect(await outputOf('touch f; stat -c %u:%g f')).toBe('1000:1000\n')
})

test('16: no capability is left in any of the five sets', async () => {
  const status = await ownStatus()
  const none = '0000000000000000'
  expect(status).toMatchObject({ CapInh: none, CapPrm: none, CapEff: none, CapBnd: none, CapAmb: none })
})

test('17: the command cannot gain privileges and is under a filter', async () => {
  expect(await ownStatus()).toMatchObject({ NoNewPrivs: '1', Seccomp: '2' })
})

test('19: the command blocks and ignores no signal', async () => {
  const none = '0000000000000000'
  expect(await ownStatus()).toMatchObject({ SigBlk: none, SigIgn: none, SigPnd: none, ShdPnd: none })
})

test('18: the command is not traced, and no one thread of it is another', async () => {
  expect(await ownStatus()).toMatchObject({ TracerPid: '0', Threads: '1' })
})

test('16: the securebits are locked, and 19: the command has locked securebits and ordinary priorities on every processor', async () => {
  const result = await sandbox().run({ argv: ['./rights'], files: await fixtureFiles('honest', 'rights') })
  expect(String(result.stdout).trim().split('\n')).toEqual([
    'locked-securebits 1',
    'nice 0',
    'io-priority 0',
    'scheduler 0',
    'personality 0',
    `processors ${availableParallelism()}`,
  ])
})

test('19: the command leads a session without a terminal', async () => {
  expect(await outputOf('cut -d" " -f1,6,7 /proc/$$/stat')).toMatch(/^(\d+) \1 0\n$/)
})

test('19: the resource limits are those that were asked for, soft and hard', async () => {
  const limits = { openFileCount: 100, stackBytes: 4 * MiB, fileBytes: 3 * MiB }
  const script = 'for kind in S H; do ulimit -$kind -n; ulimit -$kind -s; ulimit -$kind -f; done'
  const result = await sandbox().run(['/bin/bash', '-c', script], limits)
  expect(String(result.stdout).split('\n')).toEqual(['100', '4096', '3072', '100', '4096', '3072', ''])
})

test('42: the resource limits leave no core dump behind', async () => {
  const result = await sandbox().run(sh('sh -c "kill -QUIT \\$\\$"; ls -A'))
  expect(String(result.stdout)).toBe('')
})

test('36: no resource limit bounds the address space, which would break V8, Go and the JVM', async () => {
  expect(await outputOf('ulimit -v')).toBe('unlimited\n')
})
