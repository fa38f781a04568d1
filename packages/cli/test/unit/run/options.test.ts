import { Command } from 'commander'
import { expect, test } from 'vitest'

import { limitNames, limitOptions } from '../../../src/run/limit-options.ts'
import { addRunOptions, resolveRun, type RunRequest } from '../../../src/run/options.ts'

function parse(words: readonly string[], stdinIsTerminal = false): RunRequest {
  const command = addRunOptions(new Command('run'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  command.parse(words, { from: 'user' })
  return resolveRun(command.args, command.opts(), stdinIsTerminal)
}

test('a bare command asks for nothing but itself', () => {
  expect(parse(['true'])).toEqual({
    ...{ argv: ['true'], env: {}, limits: {}, allowMissing: [] },
    ...{ policyFiles: {}, bootTime: 'host', mounts: [], network: 'none', proc: 'pid' },
  })
})

test('every limit has an option, named as the limit without its unit', () => {
  for (const name of limitNames) {
    const words = name
      .replace(/(?:Ms|Bytes)$/, '')
      .replace('processCount', 'processes')
      .replace(/Count$/, 's')
    expect(limitOptions[name].flag).toBe(`--${words.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
  }
})

test('sizes, times and counts reach the limits in their units', () => {
  const words =
    '--memory 256MiB --cpu-time 2s --wall-time 1m --idle-time 500ms --processes 32 --cpus 0.5 --cpu-weight 50'
  const more = '--io-weight 20 --output 1MiB --disk 8MiB --inodes 9 --file 4KiB --open-files 16 --stack 1MiB'
  expect(parse([...words.split(' '), ...more.split(' '), 'true']).limits).toEqual({
    memoryBytes: 268_435_456,
    cpuTimeMs: 2000,
    wallTimeMs: 60_000,
    idleTimeMs: 500,
    processCount: 32,
    cpus: 0.5,
    cpuWeight: 50,
    ioWeight: 20,
    outputBytes: 1_048_576,
    diskBytes: 8_388_608,
    inodeCount: 9,
    fileBytes: 4096,
    openFileCount: 16,
    stackBytes: 1_048_576,
  })
})

test("the predecessor's short options combine, and everything from the first word on belongs to the command", () => {
  const script = 'ulimit -a; cat /proc/self/cgroup; id'
  expect(parse(['-ac', '-C', '50', '-I', '20', '-P', '333', '/bin/bash', '-c', script])).toEqual({
    argv: ['/bin/bash', '-c', script],
    env: {},
    limits: { cpuWeight: 50, ioWeight: 20, processCount: 333 },
    allowMissing: ['ioWeight'],
    policyFiles: {},
    ...{ bootTime: 'host', mounts: [], network: 'none', proc: 'pid' },
  })
  expect(parse(['-acU', '-M1048576', 'ls', '-P', '9']).limits).toEqual({ memoryBytes: 1_048_576 })
})

test('after -- even a word that looks like an option is the command', () => {
  expect(parse(['--', '-x', '--memory', '--']).argv).toEqual(['-x', '--memory', '--'])
  expect(parse(['ls', '--', '-l']).argv).toEqual(['ls', '--', '-l'])
})

test.each([
  ['-M', '0', '1 to 4294967296'],
  ['-M', '4294967297', '1 to 4294967296'],
  ['-C', '0', '1 to 100'],
  ['-C', '101', '1 to 100'],
  ['-P', '9', '10 to 32768'],
  ['-P', '32769', '10 to 32768'],
  ['-I', '9', '10 to 1000'],
  ['-I', '1001', '10 to 1000'],
])('%s %s is refused with its range', (flag, value, range) => {
  expect(() => parse([flag, value, 'true'])).toThrow(`\`${flag}\` must be from ${range}, got ${value}`)
})

test('both ends of every range are accepted', () => {
  const lowest = parse('-M 1 -C 1 -P 10 -I 10 true'.split(' ')).limits
  expect(lowest).toEqual({ memoryBytes: 1, cpuWeight: 1, processCount: 10, ioWeight: 10 })
  const highest = parse('-M 4294967296 -C 100 -P 32768 -I 1000 true'.split(' ')).limits
  expect(highest).toEqual({ memoryBytes: 4_294_967_296, cpuWeight: 100, processCount: 32_768, ioWeight: 1000 })
})

test('an old and a new option for the same limit do not go together', () => {
  expect(() => parse(['-M', '4096', '--memory', '1MiB', 'true'])).toThrow(
    /cannot be used with option '--memory <size>'/,
  )
})

test('a terminal has a day and 1 TiB of output, unless told otherwise', () => {
  const day = 86_400_000
  expect(parse(['bash'], true).limits).toEqual({
    wallTimeMs: day,
    cpuTimeMs: day,
    idleTimeMs: day,
    outputBytes: 2 ** 40,
  })
  expect(parse(['--wall-time', '5s', 'bash'], true).limits.wallTimeMs).toBe(5000)
})

test('variables add up, and features may be given in one word or several', () => {
  const words = [
    '--env',
    'A=1',
    '--env',
    'B=2',
    '--cwd',
    '/tmp',
    '--json',
    'out.json',
    '--allow-missing',
    'swap,processes',
    'true',
  ]
  expect(parse(words)).toMatchObject({
    env: { A: '1', B: '2' },
    cwd: '/tmp',
    jsonFile: 'out.json',
    allowMissing: ['swap', 'processes'],
  })
})

test('an unknown option and a missing command are refused', () => {
  expect(() => parse(['--bogus', 'true'])).toThrow(/unknown option '--bogus'/)
  expect(() => parse(['-ac'])).toThrow(/`COMMAND` must be given, unless `--image`/)
  expect(parse(['--image', 'python'])).toMatchObject({ argv: [], image: 'python' })
})

test('a policy is read or learnt, not both, and the clocks are those of the host unless asked', () => {
  expect(parse(['--policy', 'p.json', '--boot-time', 'fresh', 'true'])).toMatchObject({
    policyFiles: { policyFile: 'p.json' },
    bootTime: 'fresh',
  })
  expect(parse(['--learn', 'p.json', 'true']).policyFiles).toEqual({ learnFile: 'p.json' })
  expect(() => parse(['--learn', 'p', '--policy', 'p', 'true'])).toThrow(/cannot be used with option/)
  expect(() => parse(['--boot-time', 'never', 'true'])).toThrow(/Allowed choices are host, fresh/)
})

test('mounts are read in their order, and are none by default', () => {
  expect(parse(['--mount', '/a:/b', '--mount', 'c:/d:rw', 'true']).mounts).toEqual([
    { source: '/a', target: '/b' },
    { source: 'c', target: '/d', writable: true },
  ])
})

test('network and /proc are the least unless asked, and nothing but what there is', () => {
  expect(parse(['true'])).toMatchObject({ network: 'none', proc: 'pid' })
  expect(parse(['--network', 'loopback', '--proc', 'full', 'true'])).toMatchObject({
    network: 'loopback',
    proc: 'full',
  })
  expect(() => parse(['--network', 'host', 'true'])).toThrow(/Allowed choices are none, loopback/)
  expect(() => parse(['--proc', 'whole', 'true'])).toThrow(/Allowed choices are pid, full/)
})
