import { needs } from '@mayfly/test-support'
import { createSandbox, MiB, type Layer, type RunResult } from '@mayfly/sandbox'
import { beforeEach, describe, expect, test } from 'vitest'
import { countCommands, sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasLayers } from './support/has-layers.ts'
import { until } from './support/until.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

beforeEach(async (context) => needs(context, await hasLayers(sandbox()), 'layers cannot be had here'))

/** What a script leaves in its working directory, where it starts on `base`. */
async function freeze(script: string, base?: Layer, on = sandbox()): Promise<Layer> {
  const result = await on.run(base ? { argv: sh(script), base } : sh(script), {}, { freeze: true })
  expect([result.status, String(result.stderr)]).toEqual(['exited', ''])
  if (result.layer === undefined) throw new Error('a run with `freeze` left no layer')
  return result.layer
}

/** For machines that are emulated. */
const patient = { wallTimeMs: 60_000, idleTimeMs: 60_000, cpuTimeMs: 60_000 }

/** What a script on a layer prints, its complaints included. */
async function printed(script: string, base: Layer): Promise<string> {
  const { stdout, stderr } = await sandbox().run({ argv: sh(script), base }, patient)
  return `${String(stdout)}${String(stderr)}`
}

const list = 'find . -mindepth 1 -printf "%P %y %m %U:%G %s\\n" | sort'

describe('a layer', () => {
  test('shows files, directories and links with their modes and owners in a fresh container', async () => {
    const script = 'mkdir -m 700 d; echo a > d/a; chmod 600 d/a; ln -s d/a link; ln d/a hard; mkfifo -m 640 fifo'
    await using base = await freeze(script)
    expect(await printed(list, base)).toBe(
      'd d 700 1000:1000 60\nd/a f 600 1000:1000 2\nfifo p 640 1000:1000 0\nhard f 600 1000:1000 2\nlink l 777 1000:1000 3\n',
    )
    expect(await printed('cat d/a hard link', base)).toBe('a\na\na\n')
  })

  test('keeps times, several names of one file, holes, and directories that forbid to write', async () => {
    const script = [
      'mkdir -p d/e; echo a > d/a; ln d/a d/e/b; ln d/a c; truncate -s 30M d/sparse; echo end >> d/sparse',
      'touch -d @1000000000.123456789 d/a d/e/; chmod 4755 d/a; ln -s nowhere link; touch -hd @5 link; chmod 500 d d/e',
    ].join('\n')
    await using base = await freeze(script)
    const look = 'stat -c "%n %a %h %.Y" c d/a d/e link; [ c -ef d/e/b ] && stat -c "%s" d/sparse; du -k d/sparse'
    expect(await printed(look, base)).toBe(
      [
        'c 4755 3 1000000000.123456789',
        'd/a 4755 3 1000000000.123456789',
        'd/e 500 2 1000000000.123456789',
        'link 777 1 5.000000000',
        `${30 * MiB + 4}`,
        '4\td/sparse\n',
      ].join('\n'),
    )
    expect(await printed('echo x > d/new; rm d/e/b; chmod 700 d && echo x > d/new && ls d', base)).toMatch(
      /^a\ne\nnew\nsparse\n[^]*denied[^]*denied/,
    )
  })

  test('has the names and bytes that were written, whatever they are', async () => {
    await using base = await freeze(`python3 -c 'open(b"\\xff\\n", "wb").write(bytes(range(256)) * 5000)'`)
    const check = `import os; print(os.listdir(b"."), open(b"\\xff\\n", "rb").read() == bytes(range(256)) * 5000)`
    expect(await printed(`python3 -c '${check}'`, base)).toBe("[b'\\xff\\n'] True\n")
  })

  test('holds what was in the working directory, and nothing of /tmp and /dev/shm', async () => {
    await using base = await freeze('echo kept > kept; echo gone > /tmp/gone; echo gone > /dev/shm/gone')
    expect(await printed('ls . /tmp /dev/shm', base)).toBe('.:\nkept\n\n/dev/shm:\n\n/tmp:\n')
  })

  test('can be read, changed, renamed and removed by its run, as if it were its own', async () => {
    await using base = await freeze('mkdir d e; echo 1 > d/a; echo 2 > b; echo 3 > c; ln -s b link')
    const script = 'echo more >> b; mv c e/moved; rm -r d; mkdir d; touch d/new; chmod 755 link; mv e f'
    expect(await printed(`${script}; cat b; find . -type f | sort`, base)).toBe('2\nmore\n./b\n./d/new\n./f/moved\n')
  })

  test('is not changed by what runs on it write, nor do they see each other', async () => {
    await using base = await freeze('mkdir d; echo original > d/file')
    const other = 'rm -rf d; echo other > other'
    const waits = 'i=0; while [ $i -lt 50 ] && [ ! -e other ]; do i=$((i+1)); cat d/file > /dev/null || break; done'
    const [seen] = await Promise.all([printed(`${waits}; ls -R`, base), printed(other, base)])
    expect(seen).toBe('.:\nd\n\n./d:\nfile\n')
    expect(await printed('cat d/file; ls', base)).toBe('original\nd\n')
  })

  test('cannot be uncovered by its run', async () => {
    await using base = await freeze('echo original > file')
    const script = 'umount /work; umount -l /work; cd /; cat /work/file'
    expect(await printed(`(${script}) 2> /dev/null`, base)).toBe('original\n')
  })

  test('shares no file locks between the runs on it', async ({ signal }) => {
    await using base = await freeze('echo x > locked')
    const lock = 'import fcntl; f = open("locked"); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)'
    const waits = `${lock}\nopen("/proc/self/comm", "w").write("holder")\nimport time\ntime.sleep(1000)`
    const controller = new AbortController()
    const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }
    const run = sandbox().run({ argv: ['python3', '-c', waits], base }, endless, { signal: controller.signal })
    const holder = failureOf(run)
    await until(signal, () => countCommands('holder') === 1)
    const result = await sandbox().run({ argv: ['python3', '-c', lock], base })
    controller.abort()
    await holder
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('holds a program that can be executed, many times at once', async () => {
    await using base = await freeze('cp /bin/cat program; ./program /dev/null')
    const runs = Array.from({ length: 20 }, async (_, index) =>
      sandbox().run({ argv: ['./program'], stdin: String(index), base }),
    )
    expect((await Promise.all(runs)).map(({ stdout }) => String(stdout))).toEqual(
      Array.from({ length: 20 }, (_, index) => String(index)),
    )
  })

  test('is left by a run that was limited or failed as well', async () => {
    const { status, layer } = await sandbox().run(
      sh('echo half > file; sleep 100'),
      { wallTimeMs: 300 },
      { freeze: true },
    )
    expect(status).toBe('limited')
    if (layer === undefined) throw new Error('a run with `freeze` left no layer')
    expect(await printed('cat file', layer)).toBe('half\n')
    await layer.close()
  })

  test('takes files placed on top of it, and gives back collected ones', async () => {
    await using base = await freeze('mkdir d; echo below > d/below')
    const files = { 'd/above': 'above' }
    const result = await sandbox().run({ argv: sh('cat d/*'), base, files, collect: ['d/above', 'd/below'] })
    expect(String(result.stdout)).toBe('abovebelow\n')
    expect([...result.files.keys()]).toEqual(['d/above', 'd/below'])
    expect(Buffer.from(result.files.get('d/below') ?? []).toString()).toBe('below\n')
  })
})

describe('stacked layers', () => {
  test('show the topmost of each file, and not what was removed', async () => {
    await using one = await freeze('mkdir d; echo 1 > d/a; echo 1 > b; echo 1 > c')
    await using two = await freeze('echo 2 > b; rm c; rm -r d; mkdir d; echo 2 > d/new', one)
    await using three = await freeze('echo 3 > c', two)
    expect([one.depth, two.depth, three.depth]).toEqual([1, 2, 3])
    expect(await printed('cat b c; find d | sort', three)).toBe('2\n3\nd\nd/new\n')
    expect(await printed('cat b c; find d | sort', one)).toBe('1\n1\nd\nd/a\n')
  })

  test('stay when the lower ones are closed', async () => {
    const one = await freeze('echo 1 > a')
    await using two = await freeze('echo 2 > b', one)
    await one.close()
    expect(await printed('cat a b', two)).toBe('1\n2\n')
  })

  test('are at most 16', async () => {
    const layers = [await freeze('echo 1 > file1')]
    for (let depth = 2; depth <= 16; depth++) layers.unshift(await freeze(`echo ${depth} > file${depth}`, layers[0]))
    const [top] = layers
    expect(await printed('cat file1 file9 file16; ls | wc -l', top as Layer)).toBe('1\n9\n16\n16\n')
    const failure = await failureOf(sandbox().run({ argv: ['true'], base: top as Layer }, {}, { freeze: true }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
    await Promise.all(layers.map(async (layer) => layer.close()))
  })
})

describe('the limits of a run on a layer', () => {
  test('count what it writes and not what lies below', async () => {
    await using base = await freeze('head -c 20M /dev/zero > big')
    const small = { diskBytes: 10 * MiB }
    const read = await sandbox().run({ argv: sh('wc -c < big'), base }, small)
    expect([read.status, String(read.stdout)]).toEqual(['exited', `${20 * MiB}\n`])
    const copied = await sandbox().run({ argv: sh('cp big copy; ls -s --block-size=1M copy'), base }, small)
    expect([String(copied.stdout), String(copied.stderr)]).toEqual(['10 copy\n', expect.stringContaining('No space')])
  })

  test('hold refusals and violations as ever', async () => {
    await using base = await freeze('true')
    const result: RunResult = await sandbox().run({
      argv: sh('unshare -U true; echo $? > s; touch /etc/x /x; cat s'),
      base,
    })
    expect(result.violations.map(({ call }) => call)).toContain('unshare')
    expect(String(result.stderr)).toMatch(/\/etc\/x.*\n.*\/x/)
  })
})

describe('a layer that cannot be used', () => {
  test('is one that was closed', async () => {
    const base = await freeze('true')
    await Promise.all([base.close(), base.close()])
    expect(await failureOf(sandbox().run({ argv: ['true'], base }))).toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('is one of another sandbox', async () => {
    await using other = await createSandbox({ concurrency: 1 })
    await using base = await freeze('true', undefined, other)
    expect(await failureOf(sandbox().run({ argv: ['true'], base }))).toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('is none at all', async () => {
    const base = {} as Layer
    expect(await failureOf(sandbox().run({ argv: ['true'], base }))).toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('is freed only after the runs on it, which it outlasts', async () => {
    const base = await freeze('echo still > file')
    const running = printed('i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; cat file', base)
    const closed = base.close()
    expect(await running).toBe('still\n')
    await closed
  })
})

test('an aborted run leaves no layer, and the next run is none the worse', async () => {
  const controller = new AbortController()
  const failure = failureOf(sandbox().run(sh('echo x > f; sleep 100'), {}, { freeze: true, signal: controller.signal }))
  controller.abort(new Error('enough'))
  expect(await failure).toMatchObject({ message: 'enough' })
  await using base = await freeze('echo y > f')
  expect(await printed('cat f', base)).toBe('y\n')
})

test('more layers than are kept come and go', { timeout: 300_000 }, async () => {
  for (let count = 0; count < 300; count++) await (await freeze('echo x > f')).close()
  await using base = await freeze('echo last > f')
  expect(await printed('cat f', base)).toBe('last\n')
})
