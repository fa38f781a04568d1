import { type Edit, library, type Mutation, native } from './mutation.ts'

const source = 'packages/sandbox/src'

/** The default policy is shipped compiled: one that was changed must be compiled anew. */
const compiledAnew: Edit = {
  file: `${source}/policy/compile.ts`,
  find: 'policy === defaultPolicy ? shippedPolicy(policy) : compileAnew(policy)',
  put: 'policy === defaultPolicy && shippedPolicy === undefined ? shippedPolicy(policy) : compileAnew(policy)',
}

function policy(line: number, without: string, find: string, put: string): Mutation {
  return { line, without, edits: [compiledAnew, { file: `${source}/policy/default-policy.ts`, find, put }] }
}

/** Takes a call off the refused ones and allows it. */
function allowed(line: number, call: string): Mutation {
  const take = { file: `${source}/policy/default-policy.ts`, find: `'${call}'`, put: '...[]' }
  const give = {
    file: `${source}/policy/default-policy.ts`,
    find: 'allow: allowedCalls,',
    put: `allow: [...allowedCalls, '${call}'],`,
  }
  return { line, without: `the refusal of ${call}`, edits: [compiledAnew, take, give] }
}

const calls: readonly Mutation[] = [
  policy(22, 'ENOSYS for what is not named', "unnamed: 'ENOSYS'", "unnamed: 'EPERM'"),
  {
    line: 22,
    without: 'the refusal of 32-bit and x32 calls',
    edits: [
      compiledAnew,
      {
        file: `${source}/policy/compile.ts`,
        find: "const otherArchitecture = 'ENOSYS'",
        put: "const otherArchitecture = 'allow'",
      },
    ],
  },
  ...['ptrace', 'kcmp', 'keyctl', 'unshare', 'setns', 'userfaultfd', 'add_key', 'process_vm_readv'].map((call) =>
    allowed(22, call),
  ),
  allowed(23, 'clone3'),
  allowed(23, 'unshare'),
  policy(23, 'a look at clone’s flags', 'const newNamespaces = 0x7e02_0000', 'const newNamespaces = 0x0000_0080'),
  allowed(24, 'io_uring_setup'),
  {
    line: 24,
    without: 'ENOSYS for io_uring',
    edits: [
      compiledAnew,
      { file: `${source}/policy/default-policy.ts`, find: "'io_uring_enter', ", put: '' },
      {
        file: `${source}/policy/default-policy.ts`,
        find: 'EPERM: refusedForGood,',
        put: "EPERM: [...refusedForGood, 'io_uring_enter'],",
      },
    ],
  },
  ...['ptrace', 'bpf', 'perf_event_open', 'keyctl', 'process_vm_writev', 'pidfd_getfd'].map((call) =>
    allowed(25, call),
  ),
  policy(
    25,
    'a look at the personality',
    'values: [0, linux32, addressCompat, addressCompat | linux32, queryOnly]',
    'values: [0, linux32, 0x040_0000, queryOnly]',
  ),
  policy(25, 'the refusal of a second listener', 'const newListener = 8', 'const newListener = 16'),
  policy(26, 'the refusal of netlink', 'values: [unix, inet, inet6]', 'values: [unix, inet, inet6, 16]'),
  policy(26, 'the refusal of AF_ALG', 'values: [unix, inet, inet6]', 'values: [unix, inet, inet6, 38]'),
  policy(26, 'the refusal of vsock', 'values: [unix, inet, inet6]', 'values: [unix, inet, inet6, 40]'),
  policy(27, 'the refusal of TIOCSTI', 'values: [insertInput, consoleControl]', 'values: [consoleControl]'),
  policy(27, 'the refusal of TIOCLINUX', 'values: [insertInput, consoleControl]', 'values: [insertInput]'),
  policy(
    28,
    'the report of what is refused',
    'report: [...[...refusedForGood, ...conditional.map(({ call }) => call)].map(standardReport), ...notedCalls]',
    'report: []',
  ),
  {
    line: 29,
    without: 'a call that Node and Java need',
    edits: [
      compiledAnew,
      { file: `${source}/policy/allowed-calls.ts`, find: 'epoll_create epoll_create1 epoll_ctl', put: 'epoll_create' },
    ],
  },
]

const checks: readonly Mutation[] = [
  library(
    1,
    'an environment of its own',
    'container/command.ts',
    'Object.entries(baseEnvironment)',
    'Object.entries({ ...process.env, ...baseEnvironment })',
  ),
  library(
    1,
    'the refusal of NUL in arguments',
    'container/command.ts',
    'withoutNul(argument, `${option}[${index}]`)',
    'argument.slice()',
  ),
  library(2, 'the errno in messages', 'supervisor/failures.ts', 'with ${name}', 'with an error'),
  library(
    12,
    'an allow-list of devices',
    'image/host-root.ts',
    "['null', 'zero', 'full', 'random', 'urandom']",
    "['null', 'zero', 'full', 'random', 'urandom', 'tty']",
  ),
  library(
    14,
    'an allow-list of /etc',
    'image/etc.ts',
    "['alternatives', 'ld.so.cache',",
    "['alternatives', 'machine-id', 'ld.so.cache',",
  ),
  library(
    35,
    'the judgement of CPU time by what was used',
    'container/outcome.ts',
    'if (report.endedBy !== endedBy.CPU_TIME && measured < limits.cpuTimeMs) return undefined',
    'if (report.endedBy !== endedBy.CPU_TIME) return undefined',
  ),
  library(
    35,
    'the judgement of wall time by what was used',
    'container/outcome.ts',
    'if (!byTimer && measured < limits.wallTimeMs) return undefined',
    'if (!byTimer) return undefined',
  ),
  library(
    37,
    'the kernel’s word for a memory verdict',
    'container/outcome.ts',
    'if (report.endedBy !== endedBy.MEMORY && report.oomKillCount === 0) return undefined',
    'if (report.usage.memoryPeakBytes < 0.8 * limits.memoryBytes) return undefined',
  ),
  library(
    39,
    'the memory verdict of a start',
    'container/start-failure.ts',
    "if (judgeMemory(report, limits) !== undefined || (errno === 'ENOMEM' && chargedSteps.has(report.failedStep))) {",
    'if (chargedSteps.size === 0 && judgeMemory(report, limits) !== undefined) {',
  ),
  library(
    42,
    'a core of one byte',
    'container/rlimits.ts',
    '{ resource: resource.coreBytes, value: 1 }',
    '{ resource: resource.coreBytes, value: 0 }',
  ),
  library(45, 'the refusal of ..', 'container/paths.ts', " || segments.includes('..')", ''),
  library(45, 'the refusal of absolute paths', 'container/paths.ts', "path.startsWith('/') || ", ''),
  library(
    48,
    'the refusal of network options',
    'sandbox/options.ts',
    "one(options.network ?? 'none', 'network', networks)",
    "(options.network ?? 'none')",
  ),
  library(
    10,
    'the refusal of proc options',
    'sandbox/options.ts',
    "proc: one(options.proc ?? 'pid', 'proc', procs),",
    "proc: options.proc ?? 'pid',",
  ),
  native(
    47,
    'a loopback for those alone who ask for it',
    'init_setup.c',
    'return launch->loopback ? loopback_up() : 0;',
    'return loopback_up();',
  ),
  native(
    47,
    'the difference between the own loopback and other addresses in what is told',
    'watcher.c',
    'if (w->loopback && loopback_has(',
    'if (w->loopback || loopback_has(',
  ),
  library(
    51,
    'the word of what it was that failed',
    'sandbox/launch.ts',
    'it failed at ${what}: ${message}`',
    'it failed at ${what}, ${message.length}`',
  ),
]

export const libraryMutations: readonly Mutation[] = [...calls, ...checks]
