import { MiB } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { endless, printed, useContainers } from './support/open-container.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 3 })
const open = useContainers(sandbox)

describe('the limits and the usage', () => {
  test('of each command are its own', async () => {
    const box = await open()
    const memory = 'b = bytearray(60 << 20); print(len(b))'
    const [small, large] = await Promise.all([
      box.run(['python3', '-c', memory], { memoryBytes: 30 * MiB }),
      box.run(['python3', '-c', memory], { memoryBytes: 200 * MiB }),
    ])
    expect(small).toMatchObject({
      status: 'limited',
      limit: 'memory',
      evidence: { source: 'oom_kill', limit: 30 * MiB },
    })
    expect(large).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(large.usage.memoryPeakBytes).toBeGreaterThan(60 * MiB)
    const after = await box.run(['true'])
    expect(after.usage.memoryPeakBytes).toBeLessThan(10 * MiB)
    expect(after.usage.processPeakCount).toBe(1)
  })

  test('of processes, time and output are each command’s', async () => {
    const box = await open()
    const forks = await box.run(sh('for i in 1 2 3 4 5 6; do sleep 100 & done; wait'), { processCount: 4 })
    expect(forks).toMatchObject({ status: 'limited', limit: 'processes', evidence: { limit: 4 } })
    const spins = await box.run(sh('while :; do :; done'), { cpuTimeMs: 100 })
    expect(spins).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { source: 'cpu', limit: 100 } })
    const sleeps = await box.run(['sleep', '100'], { wallTimeMs: 100 })
    expect(sleeps).toMatchObject({ status: 'limited', limit: 'wallTime', evidence: { limit: 100 } })
    const writes = await box.run(['yes'], { outputBytes: 1000 })
    expect(writes).toMatchObject({ status: 'limited', limit: 'output', evidence: { limit: 1000 } })
    expect(await printed(box, 'echo fine')).toBe('fine\n')
  })

  test('of the whole hold for all commands together: no more memory than it has', async () => {
    const box = await open({ limits: { memoryBytes: 100 * MiB } })
    const hold = 'import sys; b = bytearray(60 << 20); print("up", flush=True); sys.stdin.read()'
    await using first = await box.spawn(['python3', '-c', hold], endless)
    for await (const chunk of first.stdout) if (chunk.length > 0) break
    await using second = await box.spawn(['python3', '-c', hold], endless)
    const ended = await Promise.race([first.result, second.result])
    expect(ended).toMatchObject({ status: 'limited', limit: 'memory', evidence: { limit: 100 * MiB } })
    expect(await printed(box, 'echo fine')).toBe('fine\n')
  })

  test('that memory ran out of are named: those of the whole, or the command’s own', async () => {
    const box = await open({ limits: { memoryBytes: 100 * MiB } })
    const hold = (mebibytes: number): readonly string[] => [
      'python3',
      '-c',
      `import sys; b = bytearray(${mebibytes} << 20); print("up", flush=True); sys.stdin.read()`,
    ]
    await using first = await box.spawn(hold(60), endless)
    for await (const chunk of first.stdout) if (chunk.length > 0) break
    const own = await box.run(hold(60), { memoryBytes: 30 * MiB })
    expect(own).toMatchObject({ limit: 'memory', evidence: { source: 'oom_kill', limit: 30 * MiB } })
    await using second = await box.spawn(hold(60), { ...endless, memoryBytes: 80 * MiB })
    const ended = await Promise.race([first.result, second.result])
    expect(ended).toMatchObject({ limit: 'memory', evidence: { source: 'oom_kill', limit: 100 * MiB } })
    const measured = ended.status === 'limited' ? ended.evidence.measured : 0
    expect(measured).toBeGreaterThan(90 * MiB)
    expect(measured).toBeLessThanOrEqual(100 * MiB)
    const part = await box.run(sh("python3 -c 'b = bytearray(200 << 20)'; exit 3"), { memoryBytes: 90 * MiB })
    expect(part).toMatchObject({ limit: 'memory' })
  })

  test('of the whole hold for all commands together: no more processes than it has', async () => {
    const box = await open({ limits: { processCount: 5 } })
    await using first = await box.spawn(sh('sleep 100 & sleep 100 & sleep 100 & echo up; wait'), endless)
    for await (const chunk of first.stdout) if (chunk.length > 0) break
    const second = await box.run(sh('true & wait; echo done'), { processCount: 64 })
    expect(String(second.stdout)).not.toContain('done')
    first.kill()
    await first.result
    expect(await printed(box, 'true & true & true & wait; echo done')).toBe('done\n')
  })

  test('of the whole hold for all commands together: the time that they take', async () => {
    const box = await open({ limits: { cpuTimeMs: 300, cpus: 1 } })
    const spin = sh('while :; do :; done')
    const results = await Promise.all([box.run(spin), box.run(spin)])
    for (const result of results) {
      expect(result).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { source: 'cpu', limit: 300 } })
      expect(result.status === 'limited' && result.evidence.measured).toBeGreaterThanOrEqual(300)
      expect(result.usage.cpuTimeMs).toBeLessThan(300)
    }
    expect(await failureOf(box.run(['true']))).toMatchObject({ code: 'CONTAINER_FAILED' })
    const { limited, usage } = await box.close()
    expect(limited).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { limit: 300 } })
    expect(usage.cpuTimeMs).toBeGreaterThanOrEqual(300)
  })

  test('of the whole end it also when nothing runs in it', async () => {
    const box = await open({ limits: { wallTimeMs: 50 } })
    expect(await failureOf(box.run(['sleep', '100'], endless).then((result) => Promise.reject(result)))).toMatchObject({
      status: 'limited',
      limit: 'wallTime',
      evidence: { source: 'timer', limit: 50 },
    })
    expect((await box.close()).limited).toMatchObject({ limit: 'wallTime' })
  })

  test('of the whole end those too that were not started yet', async () => {
    const box = await open({ limits: { wallTimeMs: 30, processCount: 300 } })
    const started = Array.from({ length: 40 }, async () => box.run(['sleep', '100'], endless))
    const limited = { status: 'limited', limit: 'wallTime', evidence: { source: 'timer', limit: 30 } }
    // Some were asked for when it was over already.
    const over = { code: 'CONTAINER_FAILED' }
    const told = (await Promise.allSettled(started)).map((ended): { found: unknown; expected: object } =>
      ended.status === 'fulfilled'
        ? { found: ended.value, expected: limited }
        : { found: ended.reason, expected: over },
    )
    for (const { found, expected } of told) expect(found).toMatchObject(expected)
    expect((await box.close()).limited).toMatchObject({ limit: 'wallTime' })
  })

  test('of the whole are those of its commands, and of nothing else', async () => {
    const box = await open()
    const idle = await box.usage()
    expect(idle.cpuTimeMs).toBeLessThan(5)
    const one = await box.run(sh('i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'))
    const two = await box.run(sh('head -c 5M /dev/zero > file; sleep 0'))
    const { usage, limited, missing } = await box.close()
    expect([limited, missing]).toEqual([undefined, one.missing])
    expect(usage.cpuTimeMs).toBeGreaterThanOrEqual(one.usage.cpuTimeMs + two.usage.cpuTimeMs - 1)
    expect(usage.writtenBytes).toBe(one.usage.writtenBytes + two.usage.writtenBytes)
    expect(usage.memoryPeakBytes).toBeGreaterThan(5 * MiB)
    expect(usage.residentPeakBytes).toBe(Math.max(one.usage.residentPeakBytes, two.usage.residentPeakBytes))
    expect(usage.processPeakCount).toBeLessThanOrEqual(2)
  })

  test('of the disk are those of the whole', async () => {
    const box = await open({ limits: { diskBytes: 4 * MiB, inodeCount: 20 } })
    const full = await box.run(sh('head -c 8M /dev/zero > file'))
    expect(full).toMatchObject({ status: 'limited', limit: 'disk', evidence: { source: 'full', limit: 4 * MiB } })
    await box.run(sh('rm file'))
    const many = await box.run(sh('i=0; while : > f$i; do i=$((i+1)); done'))
    expect(many).toMatchObject({ status: 'limited', limit: 'disk', evidence: { source: 'full', limit: 20 } })
  })

  test('can be renewed for a command that runs', async () => {
    const box = await open()
    await using worker = await box.spawn(sh('read line; while :; do :; done'), endless)
    worker.renew({ cpuTimeMs: 100 })
    worker.stdin.end('go\n')
    expect(await worker.result).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { limit: 100 } })
  })

  test('are checked by name', async () => {
    for (const limits of [{ outputBytes: 1 }, { memoryBytes: -1 }, 7]) {
      const failure = await failureOf(sandbox().open({ limits: limits as never }))
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('options.limits') })
    }
    expect(await failureOf(sandbox().open({ freeze: true } as never))).toMatchObject({ code: 'INVALID_OPTION' })
  })
})
