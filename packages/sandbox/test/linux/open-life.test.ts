import { needs } from '@mayfly/test-support'
import { createSandbox, MiB } from '@mayfly/sandbox'
import { beforeEach, describe, expect, test } from 'vitest'
import { countCommands, sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasLayers } from './support/has-layers.ts'
import { endless, printed, startSleeper, useContainers } from './support/open-container.ts'
import { until } from './support/until.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 3 })
const open = useContainers(sandbox)

describe('a container that is kept open', () => {
  test('takes one turn until it is closed', async () => {
    await using own = await createSandbox({ concurrency: 1 })
    const box = await own.open()
    const waiting = own.run(['echo', 'after'])
    expect(String((await box.run(['echo', 'first'])).stdout)).toBe('first\n')
    expect(own.stats()).toMatchObject({ running: 1, queued: 1 })
    await box.close()
    expect(String((await waiting).stdout)).toBe('after\n')
    expect(own.stats()).toMatchObject({ running: 0, queued: 0 })
  })

  test('kills what runs when it is closed, and may be closed twice and at once', async ({ signal }) => {
    const box = await open()
    const running = await startSleeper(box, signal)
    const pending = box.run(['./sleeper'], endless)
    await until(signal, () => countCommands('sleeper') === 2)
    const reports = await Promise.all([box.close(), box.close()])
    expect(reports[0].usage).toEqual(reports[1].usage)
    expect(countCommands('sleeper')).toBe(0)
    const killed = { status: 'signaled', signal: 'SIGKILL' }
    expect(await Promise.all([running.result, pending])).toMatchObject([killed, killed])
    for (const work of [box.run(['true']), box.spawn(['true']), box.read('x'), box.write('x', ''), box.list()])
      expect(await failureOf(work)).toMatchObject({ code: 'CONTAINER_FAILED' })
    for (const work of [box.usage(), box.freeze()])
      expect(await failureOf(work)).toMatchObject({ code: 'CONTAINER_FAILED' })
  })

  test('ends with its sandbox, and what waits with it', async () => {
    const own = await createSandbox({ concurrency: 1 })
    const box = await own.open()
    const failure = failureOf(box.run(['sleep', '100'], endless))
    const second = failureOf(own.open())
    await own.close()
    expect(await failure).toMatchObject({ code: 'SANDBOX_CLOSED' })
    expect(await second).toMatchObject({ code: 'SANDBOX_CLOSED' })
    expect(await failureOf(box.close())).toMatchObject({ code: 'SANDBOX_CLOSED' })
    await box[Symbol.asyncDispose]()
  })

  test('is killed where its opening is aborted, whenever that is', async () => {
    const controller = new AbortController()
    const box = await sandbox().open({ signal: controller.signal })
    const running = box.run(['sleep', '100'], endless)
    controller.abort(new Error('enough'))
    expect(await running.catch((error: unknown) => error)).toBeDefined()
    expect(await failureOf(box.close())).toMatchObject({ message: 'enough' })
    expect(await failureOf(sandbox().open({ signal: controller.signal }))).toMatchObject({ message: 'enough' })
  })

  test('sees nothing of another, which has other ids', async () => {
    const [one, two] = await Promise.all([open(), open()])
    await one.run(sh('echo secret > file; echo secret > /tmp/file; ipcmk -Q > /dev/null'))
    expect(await printed(two, 'ls -A /work /tmp; ipcs -q | grep -c 0x || true')).toBe('/tmp:\n\n/work:\n0\n')
  })

  test('has its own image, network, proc and mounts', async () => {
    const box = await open({ proc: 'full', mounts: [{ source: '/usr/include', target: '/mnt' }] })
    expect(await printed(box, 'ls /proc/cpuinfo; test -e /mnt/stdio.h -o -z "$(ls /mnt)"; echo $?')).toBe(
      '/proc/cpuinfo\n0\n',
    )
  })
})

describe('a container and layers', () => {
  beforeEach(async (context) => needs(context, await hasLayers(sandbox()), 'layers need Linux 6.11'))

  test('goes on when it is frozen, and the layer stays as it was', async () => {
    const box = await open()
    await box.write('program', { content: '#!/bin/sh\necho built\n', mode: 0o755 })
    await box.run(
      sh(
        'mkdir -m 500 d; ln -s program link; ln program hard; mkfifo pipe; truncate -s 1G holes; touch -d 2001-02-03 program',
      ),
    )
    const [layer, again] = await Promise.all([box.freeze(), box.freeze()])
    expect(await printed(box, 'echo more >> program; rm link; ./hard; ls')).toBe(
      'built\nd\nhard\nholes\npipe\nprogram\n',
    )
    const script =
      './link; stat -c "%a %h %Y" program; stat -c %a:%F d pipe; du -k holes | cut -f 1; echo x > program; ls'
    const seen = 'built\n755 2 981158400\n500:directory\n644:fifo\n0\nd\nhard\nholes\nlink\npipe\nprogram\n'
    for (const base of [layer, again, layer])
      expect(String((await sandbox().run({ argv: sh(script), base })).stdout)).toBe(seen)
    expect(layer.depth).toBe(1)
    await box.close()
    expect(String((await sandbox().run({ argv: ['./program'], base: layer })).stdout)).toBe('built\n')
    await Promise.all([layer.close(), again.close()])
  })

  test('is frozen while files with two names are renamed: each is there, or left out', async () => {
    const box = await open()
    const named = `import os
os.mkdir('d')
for i in range(1, 301):
  print(i, file=open(f'd/a{i}', 'w'))
  os.link(f'd/a{i}', f'd/z{i}')`
    expect(await box.run(['/usr/bin/python3', '-c', named])).toMatchObject({ status: 'exited', exitCode: 0 })
    const renames = `import os
while True:
  for here, there in (('a', 'b'), ('b', 'a')):
    for i in range(1, 301): os.rename(f'd/{here}{i}', f'd/{there}{i}')`
    const renaming = box.run(['/usr/bin/python3', '-c', renames], { ...endless, cpuTimeMs: 600_000 })
    for (let i = 0; i < 15; i++) {
      await using layer = await box.freeze()
      const { stdout } = await sandbox().run({ argv: sh('cat d/z* | sort -n | uniq | wc -l'), base: layer })
      expect(String(stdout)).toBe('300\n')
    }
    await box.close()
    expect(await renaming).toMatchObject({ status: 'signaled', signal: 'SIGKILL' })
  })

  test('goes on with what runs in it, and on a layer all of it is copied', async () => {
    await using base = (await sandbox().run(sh('echo base > base; echo gone > gone'), {}, { freeze: true })).layer
    const box = await open(base === undefined ? {} : { base })
    await using running = await box.spawn(sh('while echo x >> grows; do :; done'), { ...endless, fileBytes: 64 * MiB })
    for (let seen = 0; seen === 0;) seen = (await box.list()).filter(({ path }) => path === 'grows').length
    await box.run(sh('rm gone; echo own > own'))
    await using layer = await box.freeze()
    running.kill()
    await running.result
    await box.close()
    const { stdout } = await sandbox().run({ argv: sh('ls; cat base own; [ -s grows ] && echo grown'), base: layer })
    expect(String(stdout)).toBe('base\ngrows\nown\nbase\nown\ngrown\n')
  })

  test('is not frozen with what its command may not read, unless it is ended', async () => {
    const box = await open()
    await box.run(sh('mkdir d; echo x > d/secret; chmod 0 d/secret'))
    const failure = await failureOf(box.freeze())
    expect(failure).toMatchObject({ code: 'CONTAINER_FAILED', message: expect.stringContaining('EACCES') })
    expect(await printed(box, 'ls d')).toBe('secret\n')
    for (const options of [{ close: 1 }, { keep: true }, null])
      expect(await failureOf(box.freeze(options as never))).toMatchObject({ code: 'INVALID_OPTION' })
    await using layer = await box.freeze({ close: true })
    expect(String((await sandbox().run({ argv: sh('chmod 600 d/secret; cat d/secret'), base: layer })).stdout)).toBe(
      'x\n',
    )
  })

  test('is frozen to one, and starts on one', async () => {
    const box = await open()
    await box.write('program', { content: '#!/bin/sh\necho built\n', mode: 0o755 })
    await using layer = await box.freeze({ close: true })
    expect(await failureOf(box.run(['true']))).toMatchObject({ code: 'CONTAINER_FAILED' })
    expect(String((await sandbox().run({ argv: ['./program'], base: layer })).stdout)).toBe('built\n')
    const upper = await open({ base: layer })
    expect(await printed(upper, './program; echo more > more')).toBe('built\n')
    await using second = await upper.freeze({ close: true })
    expect(second.depth).toBe(2)
    expect(String((await sandbox().run({ argv: sh('./program; cat more'), base: second })).stdout)).toBe(
      'built\nmore\n',
    )
  })
})
