import {
  createSandbox,
  definePolicy,
  learningPolicy,
  learnPolicy,
  type Argv,
  type PolicyDefinition,
  type RunResult,
} from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

const limits = { processCount: 200, wallTimeMs: 60_000, cpuTimeMs: 60_000 }

async function learn(argv: Argv): Promise<{ readonly result: RunResult; readonly learnt: PolicyDefinition }> {
  await using sandbox = await createSandbox({ policy: learningPolicy, concurrency: 1 })
  const result = await sandbox.run(argv, limits)
  return { result, learnt: learnPolicy(result) }
}

async function runUnder(definition: PolicyDefinition, argv: Argv): Promise<RunResult> {
  await using sandbox = await createSandbox({ policy: definePolicy(definition), concurrency: 1 })
  return await sandbox.run(argv, limits)
}

const names = ({ allow = [] }: PolicyDefinition): readonly string[] =>
  allow.map((call) => (typeof call === 'string' ? call : call.call))

describe('a policy learnt from a command', () => {
  test.each([
    [
      'a shell with pipes and files',
      sh('ls / | sort >/tmp/list; cat /tmp/list | wc -l; mkdir /tmp/d; mv /tmp/list /tmp/d'),
    ],
    [
      'Python with threads and children',
      [
        'python3',
        '-c',
        `
import subprocess, threading
print(subprocess.run(['ls', '/usr'], capture_output=True).returncode)
thread = threading.Thread(target=print, args=('thread',)); thread.start(); thread.join()`,
      ],
    ],
  ] as const)('lets the same command run again: %s', async (_, argv) => {
    const { result, learnt } = await learn(argv)
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
    const saved = JSON.parse(JSON.stringify(learnt)) as PolicyDefinition
    const again = await runUnder(saved, argv)
    expect(again).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(String(again.stdout)).toBe(String(result.stdout))
  })

  test('allows little more than it did', async () => {
    const { learnt } = await learn(sh('true'))
    expect(names(learnt)).toContain('execve')
    expect(names(learnt)).not.toContain('socket')
    expect(names(learnt)).not.toContain('clone')
    expect(names(learnt).length).toBeLessThan(60)
  })

  test('refuses what it did not do', async () => {
    const { learnt } = await learn(sh('true'))
    const result = await runUnder(learnt, sh('mkdir /tmp/a && echo made'))
    expect(String(result.stdout)).toBe('')
  })

  test('tells of what a command did in its words', async () => {
    const { result } = await learn(['python3', '-c', 'import socket\nsocket.socket(socket.AF_UNIX)'])
    expect(result.violations).toContainEqual(
      expect.objectContaining({ call: 'socket', detail: '0x1', program: 'python3' }),
    )
  })
})
