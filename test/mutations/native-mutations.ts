import { type Mutation, native } from './mutation.ts'

/** What init and the supervisor do before the command: mounts, namespaces, identity. */
const setUp: readonly Mutation[] = [
  native(1, 'a bound on frames', 'configuration.c', ' || header.length > FRAME_LENGTH_MAX)', ')'),
  native(1, 'RESOLVE_BENEATH for the root’s entries', 'root.c', 'RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS', '0 * RESOLVE_NO_SYMLINKS'),
  native(2, 'the number of the entry that failed', 'root.c', '*failed_entry = i;', '*failed_entry = i + 1000;'),
  native(2, 'the errno of the stub', 'stub.c', '.error = (uint32_t)-error, .index = index', '.error = 1, .index = index'),
  native(3, 'O_CLOEXEC of the epoll descriptor', 'start.c', 'epoll_create1(EPOLL_CLOEXEC)', 'epoll_create1(0)'),
  native(3, 'the closing of the supervisor’s descriptors in init', 'launch.c', 'int launch_keep_only(const struct launch *launch)\n{', 'int launch_keep_only(const struct launch *launch)\n{\n\tif (launch != NULL)\n\t\treturn 0;'),
  native(3, 'the closing of init’s descriptors in the stub', 'stub.c', 'return sys_close_range((unsigned int)count, ~0U, 0);', 'return 0;'),
  native(4, 'the placing of 0, 1 and 2', 'stub.c', 'if (dup3(moved[i], i, i >= REQUEST_SOCKET ? O_CLOEXEC : 0) < 0)', 'if (dup3(moved[i], i, i >= REQUEST_SOCKET || i == 0 ? O_CLOEXEC : 0) < 0)'),
  native(5, 'hidepid', 'mounts.c', '{ "hidepid", "invisible" }', '{ "hidepid", "off" }'),
  native(6, 'private propagation', 'root.c', 'mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0', 'mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0'),
  native(7, 'the denial of setgroups', 'identity.c', 'write_proc(process, "setgroups", "deny")', 'write_proc(process, "setgroups", "allow")'),
  native(7, 'ids of a container’s own', 'identity.c', 'return FIRST_ID + (identity->block * CONTAINERS_MAX + slot) * ID_RANGE;', 'return FIRST_ID + 0 * (identity->block + slot);'),
  native(7, 'ids that are not the host’s root', 'identity.c', 'return FIRST_ID + (identity->block * CONTAINERS_MAX + slot) * ID_RANGE;', 'return 0 * (FIRST_ID + identity->block + slot);'),
  {
    line: 8,
    without: 'the detaching of the host’s root (the check of the device notices)',
    edits: [{ file: 'native/src/root.c', find: 'umount2(".", MNT_DETACH) != 0 || ', put: '' }],
    stopsEverything: true,
  },
  {
    line: 8,
    without: 'the detaching of the host’s root, and the check of the device',
    edits: [
      { file: 'native/src/root.c', find: 'umount2(".", MNT_DETACH) != 0 || ', put: '' },
      { file: 'native/src/root.c', find: 'if (found.st_dev != wanted.st_dev || found.st_ino != wanted.st_ino)\n\t\treturn -EXDEV;', put: '' },
    ],
  },
  native(9, 'the read-only root', 'root.c', '.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };', '.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };'),
  native(9, 'read-only binds', 'root.c', '.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | (device', '.attr_set = MOUNT_ATTR_NOSUID | (device'),
  native(9, 'nodev on binds', 'root.c', '(device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV)', '(device ? MOUNT_ATTR_NOEXEC : 0)'),
  native(10, 'subset=pid', 'mounts.c', '{ "subset", "pid" }, ', ''),
  native(10, 'hidepid', 'mounts.c', '{ "hidepid", "invisible" }', '{ "hidepid", "off" }'),
  native(11, 'a cgroup namespace made after joining', 'stub.c', 'return unshare(CLONE_NEWCGROUP) != 0 ? -errno : 0;', 'return 0;'),
  native(14, 'a host name', 'init_setup.c', 'static const char host[] = "mayfly";', 'static const char host[] = "";'),
  native(15, 'resolution beneath the root', 'root.c', 'RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS', '0 * RESOLVE_NO_MAGICLINKS'),
  {
    line: 13,
    without: 'an IPC namespace',
    edits: [
      { file: 'native/src/container.c', find: 'CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS', put: 'CLONE_NEWNET | CLONE_NEWUTS' },
      { file: 'native/src/init_setup.c', find: 'return mount_message_queues();', put: 'return 0;' },
    ],
  },
  {
    line: 46,
    without: 'a network namespace',
    edits: [{ file: 'native/src/container.c', find: 'CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC', put: 'CLONE_NEWPID | CLONE_NEWIPC' }],
  },
]

/** What the stub gives up. */
const rights: readonly Mutation[] = [
  native(16, 'the empty bounding set', 'privileges.c', 'if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)', 'if (capability == CAP_SYS_ADMIN || prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)'),
  native(16, 'locked securebits', 'privileges.c', 'SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED', 'SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP_LOCKED'),
  {
    line: 17,
    without: 'no_new_privs (the filter comes while there are capabilities)',
    edits: [
      { file: 'native/src/stub.c', find: '\t{ STEP_FILTER, filter },                    /* from here on the command\'s own rights */\n', put: '' },
      { file: 'native/src/stub.c', find: '\t{ STEP_LANDLOCK, landlock },\n', put: '' },
      { file: 'native/src/stub.c', find: '\t{ STEP_CREDENTIALS, credentials }, ', put: '\t{ STEP_LANDLOCK, landlock },\n\t{ STEP_FILTER, filter },\n\t{ STEP_CREDENTIALS, credentials }, ' },
      { file: 'native/src/privileges.c', find: 'return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? -errno : 0;', put: 'return 0;' },
    ],
  },
  {
    line: 17,
    without: 'no_new_privs alone',
    edits: [{ file: 'native/src/privileges.c', find: 'return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? -errno : 0;', put: 'return 0;' }],
    stopsEverything: true,
  },
  native(18, 'an undumpable supervisor', 'main.c', '(void)prctl(PR_SET_DUMPABLE, 0);', '(void)prctl(PR_SET_DUMPABLE, 1);'),
  native(18, 'an undumpable init', 'init.c', 'prctl(PR_SET_DUMPABLE, 0) != 0)', 'prctl(PR_SET_DUMPABLE, 1) != 0)'),
  native(18, 'an id of the command’s own', 'container.c', '.user = s->config.user_id,', '.user = 0,'),
  native(19, 'the umask', 'privileges.c', '(void)umask(022);', '(void)umask(002);'),
  native(19, 'signals as they should be', 'privileges.c', 'const struct kernel_sigaction standard = { .handler = SIG_DFL };', 'const struct kernel_sigaction standard = { .handler = SIG_IGN };'),
  native(19, 'an empty signal mask', 'privileges.c', 'const uint64_t none = 0;', 'const uint64_t none = 1U << 9;'),
  native(19, 'an ordinary nice value', 'privileges.c', '(void)setpriority(PRIO_PROCESS, 0, 0);', ''),
  native(19, 'an ordinary I/O priority', 'privileges.c', '(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));', ''),
  native(19, 'every processor', 'privileges.c', '(void)syscall(SYS_sched_setaffinity, 0, sizeof all_cpus, all_cpus);', ''),
  native(19, 'the personality', 'privileges.c', 'return personality(PER_LINUX) < 0 ? -errno : 0;', 'return 0;'),
  native(19, 'an ordinary OOM score', 'main.c', '(void)!write(score, "0", 1);', ''),
  native(20, 'PR_SET_PDEATHSIG', 'init_setup.c', 'if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)', 'if (prctl(PR_SET_PDEATHSIG, 0) != 0)'),
  native(20, 'the end of the supervisor with Node’s socket', 'node.c', 'if (count == 0)\n\t\treturn -EPIPE;', 'if (count == 0)\n\t\treturn 0;'),
  native(21, 'nosuid on binds', 'root.c', '.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | (device', '.attr_set = MOUNT_ATTR_RDONLY | (device'),
]

/** What holds a run while it runs, and what ends it. */
const runs: readonly Mutation[] = [
  native(30, 'the reaping of orphans', 'init.c', 'pid_t pid = waitpid(-1, &one, flags | __WALL);', 'pid_t pid = waitpid(flags == WNOHANG ? stub : -1, &one, flags | __WALL);'),
  native(30, 'an init with an id of its own', 'container.c', '.init_user = identity_of_init(&s->identity),', '.init_user = s->config.user_id,'),
  native(31, 'the killing of what is left', 'init.c', '(void)kill(-1, SIGKILL);', ''),
  native(31, 'the removal of cgroups', 'cgroup.c', 'if (root >= 0 && unlinkat(root, cgroup->name, AT_REMOVEDIR) < 0', 'if (root >= 0 && cgroup->name[1] == \'0\' && unlinkat(root, cgroup->name, AT_REMOVEDIR) < 0'),
  native(32, 'pids.max', 'cgroup_v1.c', 'error = file_write_number_at(pids, "pids.max", new->process_count);', 'error = file_write_number_at(pids, "pids.max", 500);'),
  native(33, 'looks at the CPU time', 'deadlines.c', 'if (used >= limit)\n\t\trun_kill(s, c, END_CPU_TIME);', 'if (used >= 10 * limit)\n\t\trun_kill(s, c, END_CPU_TIME);'),
  native(34, 'the wall clock', 'deadlines.c', 'return after_ms(deadlines_command_start(c, now_ns), c->run.limits.wall_time_ms);', 'return after_ms(deadlines_command_start(c, now_ns), 20000 + c->run.limits.wall_time_ms);'),
  native(36, 'the memory limit', 'cgroup_v1.c', 'int error = file_write_number_at(directory, names[first], new);\n\treturn error < 0 || !swap ? error : file_write_number_at(directory, names[1 - first], new);', 'int error = file_write_number_at(directory, names[first], 8 * new);\n\treturn error < 0 || !swap ? error : file_write_number_at(directory, names[1 - first], 8 * new);'),
  native(36, 'the limit on swap', 'cgroup_v1.c', 'const bool swap = file_exists_at(directory, names[1]);', 'const bool swap = false;'),
  native(36, 'the killing of the whole group', 'run.c', 'if (c->has_cgroup && cgroup_take_event(&c->cgroup) == 1)', 'if (c->has_cgroup && cgroup_take_event(&c->cgroup) == 7)'),
  native(38, 'the size of the tmpfs', 'mounts.c', 'error = sys_fsconfig_string(context, "size", decimal(bytes, size));', 'error = sys_fsconfig_string(context, "size", decimal(100 * bytes, size));'),
  native(38, 'the inodes of the tmpfs', 'mounts.c', 'decimal(inodes + DISK_OWN_INODES, count));\n\treturn error == 0 ?', 'decimal(100 * inodes + DISK_OWN_INODES, count));\n\treturn error == 0 ?'),
  native(40, 'read-only binds', 'root.c', '.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | (device', '.attr_set = MOUNT_ATTR_NOSUID | (device'),
  native(41, 'the end of floods', 'streams.c', 'if (c->run.output_total[which] > c->run.limits.output_bytes)', 'if (c->run.output_total[which] > 1000 * c->run.limits.output_bytes)'),
  native(41, 'the bound on what is kept', 'streams.c', 'const uint64_t room = (budget < KEPT_BYTES ? budget : KEPT_BYTES) - out->length;', 'const uint64_t room = KEPT_BYTES - out->length + 0 * budget;'),
]

/** Files in and out, deaths, neighbours, leaks. */
const rest: readonly Mutation[] = [
  native(43, 'files that are the command’s', 'stub.c', '\t{ STEP_CREDENTIALS, credentials }, ', '\t/* none */ '),
  native(44, 'regular files only', 'collect.c', 'if (!S_ISREG(status.st_mode))', 'if (S_ISDIR(status.st_mode))'),
  native(44, 'RESOLVE_NO_SYMLINKS', 'collect.c', '.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW,\n\t\t.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV', '.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,\n\t\t.resolve = 0'),
  native(44, 'O_NONBLOCK at a FIFO', 'collect.c', 'O_RDONLY | O_NONBLOCK | O_NOCTTY', 'O_RDONLY | O_NOCTTY'),
  native(44, 'the bound on what comes back', 'collect.c', 'else if (bytes > *left)', 'else if (bytes > 1000 * *left)'),
  native(44, 'the death of all before collecting', 'init.c', '\tkill_all();\n\t(void)reap(init->stub, 0, &ignored);\n\treport_end(init, status, true, ended_ns);', '\t(void)ignored;\n\treport_end(init, status, true, ended_ns);'),
  native(45, 'RESOLVE_BENEATH where files are placed', 'place.c', '.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV', '.resolve = 0'),
  native(45, 'RESOLVE_BENEATH where files are collected', 'collect.c', '.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV', '.resolve = 0'),
  native(49, 'the sweep of what the dead left', 'cgroup_tree.c', 'if (directory >= 0 && tree_lock(directory) == 0)\n\t\ttree_remove(parent, name);', '(void)directory;'),
  {
    line: 49,
    without: 'init’s death with its supervisor, in both ways',
    edits: [
      { file: 'native/src/init_setup.c', find: 'if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)', put: 'if (prctl(PR_SET_PDEATHSIG, 0) != 0)' },
      { file: 'native/src/init.c', find: '\tif (error < 0)\n\t\t_exit(0);\n\tif (command.order == ORDER_KILL', put: '\tif (error < 0)\n\t\t(void)poll(NULL, 0, -1);\n\tif (command.order == ORDER_KILL' },
    ],
  },
  native(50, 'id blocks that two supervisors do not share', 'identity.c', 'if (bind(claim, (const struct sockaddr *)&address, length) == 0) {', 'if (bind(claim, (const struct sockaddr *)&address, length) == 0 || i == 0) {'),
  native(52, 'the closing of pidfds', 'container.c', '(void)waitid((idtype_t)P_PIDFD, (id_t)c->pidfd, &ignored, WEXITED | __WALL);\n\tloop_close(s, &c->pidfd);', '(void)waitid((idtype_t)P_PIDFD, (id_t)c->pidfd, &ignored, WEXITED | __WALL);\n\tloop_remove(s, c->pidfd);'),
]

export const nativeMutations: readonly Mutation[] = [...setUp, ...rights, ...runs, ...rest]
