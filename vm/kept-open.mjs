// Several commands in one container, whoever runs it and whatever limits it.
import assert from 'node:assert/strict'
import { MiB } from '@mayfly/sandbox'
import { assertEnded, check } from './check.mjs'

const slow = { wallTimeMs: 60_000, cpuTimeMs: 60_000 }

/** `hasCgroup`: whether the kernel counts. */
export async function checkKeptOpen(sandbox, hasCgroup) {
  await check('commands in a container that is kept open share files and nothing else', async () => {
    const box = await sandbox.open({ limits: { diskBytes: 16 * MiB } })
    await box.write('given', 'given ')
    const beside = await box.spawn(['sh', '-c', 'read line; echo "$line" >said'], slow)
    const seen = await box.run(['sh', '-c', 'cat given; id -u; cd /proc; echo [0-9]*; echo $$; kill -9 -1'], slow)
    assert.match(String(seen.stdout), /^given 1000\n(\d+)\n\1\n$/)
    beside.stdin.end('still here\n')
    assertEnded(await beside.result, 'exited', 0)
    assert.equal(Buffer.from(await box.read('said')).toString(), 'still here\n')
    assert.deepEqual(
      (await box.list()).map(({ path }) => path),
      ['given', 'said'],
    )
    await box.close()
  })

  await check('each of them has its own limits, and all have those of the container', async () => {
    const box = await sandbox.open({ limits: { memoryBytes: 256 * MiB, cpuTimeMs: 12_000 } })
    const hog = 'x = bytearray(64 << 20)\nx[::4096] = b"x" * len(x[::4096])\nimport time\ntime.sleep(1000)'
    assertEnded(await box.run(['/usr/bin/python3', '-c', hog], { ...slow, memoryBytes: 32 * MiB }), 'limited', 'memory')
    const after = await box.run(['/bin/true'], slow)
    assertEnded(after, 'exited', 0)
    if (hasCgroup) assert.ok(after.usage.memoryPeakBytes < 2 * MiB, `peak ${after.usage.memoryPeakBytes}`)
    const spin = ['sh', '-c', '(while :; do :; done) & while :; do :; done']
    assertEnded(await box.run(spin, { ...slow, cpuTimeMs: 300 }), 'limited', 'cpuTime')
    for (const result of await Promise.all([box.run(spin, slow), box.run(spin, slow)])) {
      assertEnded(result, 'limited', 'cpuTime')
      assert.equal(result.evidence.limit, 12_000)
    }
    const { limited, usage } = await box.close()
    assert.equal(limited?.limit, 'cpuTime')
    assert.ok(usage.cpuTimeMs >= 12_000, `used ${usage.cpuTimeMs} ms`)
  })
}
