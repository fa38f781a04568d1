import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '@mayfly/test-support'
import { createSandbox, definePolicy, defaultPolicy, type Layer, type RunOptions } from '@mayfly/sandbox'
import { beforeEach, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasLayers } from './support/has-layers.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

beforeEach(async (context) => needs(context, await hasLayers(sandbox()), 'layers cannot be had here'))

async function freeze(script: string, base?: Layer, options: RunOptions = {}): Promise<Layer> {
  const command = { argv: sh(script), ...(base === undefined ? {} : { base }) }
  const result = await sandbox().run(command, {}, { ...options, freeze: true })
  expect([result.status, String(result.stderr)]).toEqual(['exited', ''])
  if (result.layer === undefined) throw new Error('a run with `freeze` left no layer')
  return result.layer
}

const script =
  'mkdir -m 700 d; echo a > d/a; chmod 640 d/a; ln d/a hard; ln -s d/a link; head -c 3000000 /dev/urandom > big; md5sum big > sum'
const look = 'stat -c "%n %a %h %U" d d/a hard; cat link; md5sum -c sum'
const seen = 'd 700 2 sandbox\nd/a 640 2 sandbox\nhard 640 2 sandbox\na\nbig: OK\n'

test.each([
  ['with its loopback up', { network: 'loopback' }],
  ['with a full /proc', { proc: 'full' }],
  ['under another policy', { policy: definePolicy({ extends: defaultPolicy, deny: ['setns'] }) }],
] as const)('a layer is stood on by runs %s, many at once', async (_, options) => {
  await using base = await freeze(script)
  const command = { argv: sh(`echo x > own; ${look}; ls`), base }
  const results = await Promise.all([1, 2, 3, 4].map(async () => sandbox().run(command, {}, options)))
  for (const { stdout, stderr } of results)
    expect([String(stdout), String(stderr)]).toEqual([`${seen}big\nd\nhard\nlink\nown\nsum\n`, ''])
})

test('a layer is stood on by a run with mounts, and leaves a layer of that make', async () => {
  const shown = await mkdtemp(join(tmpdir(), 'shown-'))
  try {
    // Not every file system can be mounted with other ids (/tmp of a Linux 6.1 cannot).
    await chmod(shown, 0o755)
    await writeFile(join(shown, 'file'), 'shown', { mode: 0o644 })
    await using base = await freeze('echo 1 > a')
    const mounts = [{ source: shown, target: '/data' }]
    const result = await sandbox().run({ argv: sh('cat /data/file a; echo 2 > b'), base, mounts }, {}, { freeze: true })
    expect(String(result.stdout)).toBe('shown1\n')
    await using stacked = result.layer
    if (stacked === undefined) throw new Error('a run with `freeze` left no layer')
    expect(String((await sandbox().run({ argv: sh('cat a b'), base: stacked })).stdout)).toBe('1\n2\n')
  } finally {
    await rm(shown, { recursive: true })
  }
})

test('a layer of another make comes to the sandbox, and to what is spawned and connected', async () => {
  await using base = await freeze('echo there > file', undefined, { network: 'loopback' })
  expect(String((await sandbox().run({ argv: ['cat', 'file'], base })).stdout)).toBe('there\n')
  const running = await sandbox().spawn({ argv: ['cat', 'file'], base }, {}, { proc: 'full' })
  const pieces: Uint8Array[] = []
  for await (const piece of running.stdout) pieces.push(piece)
  await running.result
  expect(Buffer.concat(pieces).toString()).toBe('there\n')
  const left = { command: { argv: ['cat', 'file'], base } }
  const right = { command: { argv: sh('cat > got; cmp got file && echo same >&2'), base } }
  const result = await sandbox().connect(left, right, { proc: 'full' })
  expect(String(result.right.stderr)).toBe('same\n')
})

test('a layer that is closed is closed everywhere, and one of another sandbox is refused everywhere', async () => {
  const base = await freeze('echo x > x')
  await sandbox().run({ argv: ['true'], base }, {}, { proc: 'full' })
  await base.close()
  const closed = sandbox().run({ argv: ['true'], base }, {}, { proc: 'full' })
  expect(await failureOf(closed)).toMatchObject({ code: 'INVALID_OPTION' })
  await using other = await createSandbox({ concurrency: 1 })
  await using mine = await freeze('echo x > x')
  for (const options of [{}, { proc: 'full' }] as const)
    expect(await failureOf(other.run({ argv: ['true'], base: mine }, {}, options))).toMatchObject({
      code: 'INVALID_OPTION',
    })
})
