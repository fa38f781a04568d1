import { needs } from '@mayfly/test-support'
import { createSandbox, KiB, MiB } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasLayers } from './support/has-layers.ts'
import { endless, printed, useContainers } from './support/open-container.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 3 })
const open = useContainers(sandbox)

describe('what is stored, in a container that is kept open', () => {
  test('is shown to the command that has it, copied for none, and an empty file to others', async () => {
    const bytes = Buffer.alloc(8 * MiB, 'x')
    await using blob = await sandbox().store(bytes)
    const box = await open({ limits: { diskBytes: 64 * KiB } })
    const command = { argv: sh('wc -c < d/in; echo x > d/in; echo out > out'), files: { 'd/in': blob } }
    for (let i = 0; i < 2; i++) {
      const { stdout, stderr } = await box.run(command)
      expect(String(stdout)).toBe(`${bytes.length}\n`)
      expect(String(stderr)).toContain('Read-only file system')
    }
    expect(await printed(box, 'wc -c < d/in; cat out')).toBe('0\nout\n')
    await using running = await box.spawn(
      { argv: sh('echo up; read go; wc -c < d/in'), files: { 'd/in': blob } },
      endless,
    )
    for await (const chunk of running.stdout) {
      if (!String(Buffer.from(chunk)).includes('up')) continue
      expect(await printed(box, 'wc -c < d/in')).toBe('0\n')
      running.stdin.end('go\n')
      break
    }
    expect(await running.result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('is refused where something stands that it cannot cover', async () => {
    await using blob = await sandbox().store('stored')
    const box = await open()
    await box.run(sh('echo mine > file; ln -s file link; mkdir dir'))
    for (const path of ['file', 'link', 'dir', 'file/x']) {
      const failure = await failureOf(box.run({ argv: ['true'], files: { [path]: blob } }))
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', path })
    }
    expect(await printed(box, 'cat file link')).toBe('mine\nmine\n')
  })

  test('is copied where it is written, and may be written over then', async () => {
    const bytes = Buffer.alloc(3 * MiB + 1, 'x')
    await using blob = await sandbox().store(bytes)
    await using program = await sandbox().store('#!/bin/sh\necho ran\n', { executable: true })
    const box = await open()
    await box.write('d/in', blob)
    await box.write('program', { content: program })
    await box.write('quiet', { content: program, mode: 0o640 })
    expect(await printed(box, './program; stat -c %a program quiet d/in; wc -c < d/in; echo more >> d/in')).toBe(
      `ran\n755\n640\n644\n${bytes.length}\n`,
    )
    expect((await box.read('d/in')).length).toBe(bytes.length + 5)
    await blob.close()
    expect(await failureOf(box.write('again', blob))).toMatchObject({ code: 'INVALID_OPTION' })
    await using other = await createSandbox({ concurrency: 1 })
    await using foreign = await other.store('x')
    expect(await failureOf(box.write('again', foreign))).toMatchObject({ code: 'INVALID_OPTION' })
  })
})

describe('the changes of a command in a container that is kept open', () => {
  test('are told since its own start, whoever made them', async () => {
    const box = await open()
    await box.run(sh('mkdir d; echo a > d/a; echo b > b; echo c > c'))
    const first = await box.run({ argv: sh('echo more >> d/a; rm b; echo new > new; touch c'), collect: 'changes' })
    expect(first.changes).toEqual({
      added: [{ path: 'new', type: 'file' }],
      changed: [{ path: 'd/a', type: 'file' }],
      deleted: [{ path: 'b', type: 'file' }],
    })
    const contents = [...first.files].map(([path, bytes]) => [path, String(Buffer.from(bytes))])
    expect(Object.fromEntries(contents)).toEqual({ 'd/a': 'a\nmore\n', new: 'new\n' })
    const none = await box.run({ argv: ['true'], collect: 'changes' })
    expect([none.changes, none.files.size]).toEqual([{ added: [], changed: [], deleted: [] }, 0])
    await using running = await box.spawn({ argv: sh('echo up; read go'), collect: 'changes' }, endless)
    for await (const chunk of running.stdout) {
      if (!String(Buffer.from(chunk)).includes('up')) continue
      await box.write('others', 'o')
      running.stdin.end('go\n')
      break
    }
    expect((await running.result).changes).toMatchObject({ added: [{ path: 'others', type: 'file' }], changed: [] })
  })

  test('are those of the files placed for it only where it changes them', async () => {
    const box = await open()
    const placed = { argv: sh('echo x >> two'), files: { one: '1', two: '2' }, collect: 'changes' as const }
    expect((await box.run(placed)).changes).toMatchObject({ added: [], changed: [{ path: 'two', type: 'file' }] })
  })

  test('leave out what the command may not read, by name', async () => {
    const box = await open()
    await box.run(sh('mkdir -p shut/d; echo x > shut/d/x; echo x > gone'))
    const { changes, leftFiles } = await box.run({
      argv: sh('chmod 0 shut; rm gone; echo new > new'),
      collect: 'changes',
    })
    expect(changes).toEqual({
      added: [{ path: 'new', type: 'file' }],
      changed: [{ path: 'shut', type: 'directory' }],
      deleted: [{ path: 'gone', type: 'file' }],
    })
    expect(leftFiles).toContainEqual({ path: 'shut', reason: 'unreadable' })
  })

  test('are told on a layer', async (context) => {
    needs(context, await hasLayers(sandbox()), 'layers need Linux 6.11')
    const { layer } = await sandbox().run(sh('echo base > base; echo gone > gone'), {}, { freeze: true })
    if (layer === undefined) throw new Error('a run with `freeze` left no layer')
    const box = await open({ base: layer })
    const result = await box.run({ argv: sh('cat base; echo more >> base; rm gone'), collect: 'changes' })
    expect(String(result.stdout)).toBe('base\n')
    expect(result.changes).toEqual({
      added: [],
      changed: [{ path: 'base', type: 'file' }],
      deleted: [{ path: 'gone', type: 'file' }],
    })
    await box.close()
    await layer.close()
  })
})
