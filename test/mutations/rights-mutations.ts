import { type Mutation, native } from './mutation.ts'

/** What the stub gives up. */
export const rightsMutations: readonly Mutation[] = [
  native(
    16,
    'the empty bounding set',
    'privileges.c',
    'if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)',
    'if (capability == CAP_SYS_ADMIN || prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)',
  ),
  native(
    16,
    'locked securebits',
    'privileges.c',
    'SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED',
    'SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP_LOCKED',
  ),
  {
    line: 17,
    without: 'no_new_privs (the filter comes while there are capabilities)',
    edits: [
      {
        file: 'native/src/stub.c',
        find: "\t{ STEP_FILTER, filter },                    /* from here on the command's own rights */\n",
        put: '',
      },
      { file: 'native/src/stub.c', find: '\t{ STEP_LANDLOCK, landlock },\n', put: '' },
      {
        file: 'native/src/stub.c',
        find: '\t{ STEP_CREDENTIALS, credentials }, ',
        put: '\t{ STEP_LANDLOCK, landlock },\n\t{ STEP_FILTER, filter },\n\t{ STEP_CREDENTIALS, credentials }, ',
      },
      {
        file: 'native/src/privileges.c',
        find: 'return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? -errno : 0;',
        put: 'return 0;',
      },
    ],
  },
  {
    line: 17,
    without: 'no_new_privs alone',
    edits: [
      {
        file: 'native/src/privileges.c',
        find: 'return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? -errno : 0;',
        put: 'return 0;',
      },
    ],
    stopsEverything: true,
  },
  native(
    18,
    'an undumpable supervisor',
    'main.c',
    '(void)prctl(PR_SET_DUMPABLE, 0);',
    '(void)prctl(PR_SET_DUMPABLE, 1);',
  ),
  native(18, 'an undumpable init', 'init.c', 'prctl(PR_SET_DUMPABLE, 0) != 0)', 'prctl(PR_SET_DUMPABLE, 1) != 0)'),
  native(18, 'an id of the command’s own', 'making.c', '.user = s->config.user_id,', '.user = 0,'),
  native(19, 'the umask', 'privileges.c', '(void)umask(022);', '(void)umask(002);'),
  native(
    19,
    'signals as they should be',
    'privileges.c',
    'const struct kernel_sigaction standard = { .handler = SIG_DFL };',
    'const struct kernel_sigaction standard = { .handler = SIG_IGN };',
  ),
  native(19, 'an empty signal mask', 'privileges.c', 'const uint64_t none = 0;', 'const uint64_t none = 1U << 9;'),
  native(19, 'an ordinary nice value', 'privileges.c', '(void)setpriority(PRIO_PROCESS, 0, 0);', ''),
  native(
    19,
    'an ordinary I/O priority',
    'privileges.c',
    '(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));',
    '',
  ),
  native(
    19,
    'every processor',
    'privileges.c',
    '(void)syscall(SYS_sched_setaffinity, 0, sizeof all_cpus, all_cpus);',
    '',
  ),
  native(19, 'the personality', 'privileges.c', 'return personality(PER_LINUX) < 0 ? -errno : 0;', 'return 0;'),
  native(19, 'an ordinary OOM score', 'main.c', '(void)!write(score, "0", 1);', ''),
  native(
    20,
    'PR_SET_PDEATHSIG',
    'init_setup.c',
    'if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)',
    'if (prctl(PR_SET_PDEATHSIG, 0) != 0)',
  ),
  native(
    20,
    'the end of the supervisor with Node’s socket',
    'node.c',
    'if (count == 0)\n\t\treturn -EPIPE;',
    'if (count == 0)\n\t\treturn 0;',
  ),
  native(
    21,
    'nosuid on binds',
    'bind.c',
    '.attr_set = access | MOUNT_ATTR_NOSUID | (device',
    '.attr_set = access | (device',
  ),
  native(
    28,
    'the burial of callers that escape their SIGSYS',
    'caller.c',
    'if (process >= 0 && poll(&death, 1, DEATH_WAIT_MS) <= 0)',
    'if (process >= 0 && poll(&death, 1, DEATH_WAIT_MS) < 0)',
  ),
]
