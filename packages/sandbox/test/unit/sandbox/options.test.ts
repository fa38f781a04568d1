import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { definePolicy } from '../../../src/policy/define-policy.ts'
import { hostImage } from '../../../src/image/find-image.ts'
import { otherMake } from '../../../src/sandbox/make.ts'
import { resolveOptions, resolveRunOptions, type SandboxOptions } from '../../../src/sandbox/options.ts'
import { requireNamed } from '../../../src/sandbox/named-features.ts'
import { GiB } from '../../../src/units.ts'
import { defaultLimits, roomyHost } from '../container/limits.ts'

const messageOf = (resolve: () => unknown): unknown => {
  try {
    return resolve()
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    return error instanceof Error ? error.message : error
  }
}

describe('the options of a sandbox', () => {
  test('have the documented defaults', () => {
    expect(resolveOptions({}, roomyHost)).toEqual({
      concurrency: 8,
      maxQueued: 10_000,
      limits: defaultLimits,
      namedLimits: {},
      warm: { min: 8, max: 16 },
      image: hostImage,
      policy: defaultPolicy,
      network: 'none',
      proc: 'pid',
      mounts: [],
      bootTime: 'host',
      storeBytes: 4 * GiB,
      allowMissing: [],
    })
  })

  test.each([
    [{ concurrency: 3 }, { min: 3, max: 6 }],
    [
      { concurrency: 3, warm: { min: 1 } },
      { min: 1, max: 2 },
    ],
    [
      { concurrency: 3, warm: { max: 2 } },
      { min: 2, max: 2 },
    ],
    [{ warm: { min: 0 } }, { min: 0, max: 2 }],
  ])('keep containers ready as %j says', (options, warm) => {
    expect(resolveOptions(options, roomyHost).warm).toEqual(warm)
  })

  test.each([
    [{ concurrency: 0 }, '`concurrency` must be an integer from 1 to 256, got 0'],
    [{ concurrency: 1.5 }, '`concurrency` must be an integer from 1 to 256, got 1.5'],
    [{ concurrency: 257 }, '`concurrency` must be an integer from 1 to 256, got 257'],
    [{ maxQueued: -1 }, '`maxQueued` must be an integer from 0 to 9007199254740991, got -1'],
    [{ warm: { min: 3, max: 2 } }, '`warm.max` must be at least `warm.min`, 3, got 2'],
    [{ warm: { least: 3 } }, "`warm` must have no properties but min, max, got 'least'"],
    [{ network: 'host' }, "`network` must be 'none' or 'loopback', got 'host'"],
    [{ bootTime: 'slow' }, "`bootTime` must be 'host' or 'fresh', got 'slow'"],
    [{ proc: true }, "`proc` must be 'pid' or 'full', got true"],
    [
      { allowMissing: ['gravity'] },
      "`allowMissing` must hold only cgroup, memory, swap, processes, cpu, ioWeight, userIds, refusalNames, landlock, imageInodes, timeNamespace, got 'gravity'",
    ],
    [{ allowMissing: 'swap' }, "`allowMissing` must be an array, got 'swap'"],
    [{ limits: { cpus: 9 } }, '`limits.cpus` must be at most 8, the processors that this process may use, got 9'],
    [5, '`options` must be an object, got 5'],
  ])('refuse %j', (options, message) => {
    expect(messageOf(() => resolveOptions(options as SandboxOptions, roomyHost))).toBe(message)
  })

  test('refuse an option that is none, and a policy that is none', () => {
    expect(messageOf(() => resolveOptions({ root: 'x' } as SandboxOptions, roomyHost))).toMatch(/got 'root'$/)
    expect(messageOf(() => resolveOptions({ policy: {} } as never, roomyHost))).toMatch(/^`policy.unnamed` must be/)
  })
})

describe('the options of a run', () => {
  test('have the documented defaults', () => {
    expect(resolveRunOptions({})).toEqual({ signal: undefined, priority: 0, freeze: false, overrides: undefined })
  })

  test.each([
    [{ priority: 'high' }, "`options.priority` must be a number, got 'high'"],
    [{ priority: Number.NaN }, '`options.priority` must be a number, got NaN'],
    [{ signal: 5 }, '`options.signal` must be an AbortSignal, got 5'],
    [
      { freez: true },
      "`options` must have no properties but signal, priority, freeze, image, policy, network, proc, got 'freez'",
    ],
    [{ freeze: 'yes' }, "`options.freeze` must be true or false, got 'yes'"],
    [{ network: 'all' }, "`options.network` must be 'none' or 'loopback', got 'all'"],
    [{ proc: 'none' }, "`options.proc` must be 'pid' or 'full', got 'none'"],
    [{ policy: 7 }, '`options.policy` must be an object, got 7'],
  ])('refuse %j', (options, message) => {
    expect(messageOf(() => resolveRunOptions(options as never))).toBe(message)
  })
})

describe('the make of a run', () => {
  const own = resolveOptions({ network: 'loopback' }, roomyHost)

  test('is the sandbox’s own where a run says nothing, or the same', () => {
    expect(otherMake(own, undefined, [])).toBeUndefined()
    expect(otherMake(own, { network: 'loopback', proc: 'pid' }, [])).toBeUndefined()
    expect(otherMake(own, { policy: structuredClone(defaultPolicy) }, [])).toBeUndefined()
  })

  test('is another where the root is another, whatever else is the same', () => {
    const image = { ...hostImage, key: 'sha256:1', root: '/srv/root' }
    expect(otherMake(own, { image }, [])).toMatchObject({ image, network: 'loopback' })
    expect(otherMake(own, { image: { ...hostImage } }, [])).toBeUndefined()
  })

  test('is another where a command has mounts', () => {
    const mounts = [{ source: '/srv', target: '/data', writable: false }]
    expect(otherMake(own, undefined, mounts)).toMatchObject({ network: 'loopback', mounts })
  })

  test('has the sandbox’s mounts beside the command’s, and is the sandbox’s own where the command has none', () => {
    const all = resolveOptions({ mounts: [{ source: '/srv', target: '/srv' }] }, roomyHost)
    const theirs = [{ source: '/opt', target: '/data', writable: false }]
    expect(otherMake(all, undefined, [])).toBeUndefined()
    expect(otherMake(all, { network: 'none' }, [])).toBeUndefined()
    expect(otherMake(all, undefined, theirs)?.mounts.map(({ target }) => target)).toEqual(['/data', '/srv'])
    expect(() => otherMake(all, undefined, [{ ...theirs[0], target: '/srv' } as never])).toThrow('be mounted on once')
  })

  test('is another where it says otherwise, and the rest is the sandbox’s', () => {
    expect(otherMake(own, { proc: 'full' }, [])).toEqual({
      image: hostImage,
      policy: defaultPolicy,
      network: 'loopback',
      proc: 'full',
      mounts: [],
    })
    const strict = definePolicy({ extends: defaultPolicy, deny: ['symlink'] })
    expect(otherMake(own, { policy: strict }, [])).toMatchObject({ policy: strict, proc: 'pid' })
  })
})

describe('a limit that is additional', () => {
  test('is required once it is set', () => {
    expect(() => requireNamed({ ioWeight: 20 }, ['ioWeight'], [])).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringContaining('`limits.ioWeight` is set'),
      }),
    )
  })

  test('is not required where it is not set, is there, or was allowed to be missing', () => {
    expect(() => requireNamed({}, ['ioWeight'], [])).not.toThrow()
    expect(() => requireNamed({ ioWeight: 20 }, ['swap'], [])).not.toThrow()
    expect(() => requireNamed({ ioWeight: 20 }, ['ioWeight'], ['ioWeight'])).not.toThrow()
  })
})
