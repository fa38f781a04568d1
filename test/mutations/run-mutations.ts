import { type Mutation, native } from './mutation.ts'

/** What holds a run while it runs, and what ends it. */
export const runMutations: readonly Mutation[] = [
  native(
    30,
    'the reaping of orphans',
    'children.c',
    'pid_t pid = waitpid(-1, &one, flags | __WALL);',
    'pid_t pid = waitpid(flags == WNOHANG ? stub : -1, &one, flags | __WALL);',
  ),
  native(
    30,
    'an init with an id of its own',
    'making.c',
    '.init_user = identity_of_init(&s->identity),',
    '.init_user = s->config.user_id,',
  ),
  native(
    30,
    'the protection of an init that is the command’s user',
    'stub.c',
    'return launch->init_user == launch->user ? protect_init() : 0;',
    'return launch->init_user == launch->user && launch->user == 0 ? protect_init() : 0;',
  ),
  native(
    39,
    'the question whether a program’s variables fit',
    'request.c',
    'if (error < 0)\n\t\treturn error;\n\t(void)execve',
    '(void)error;\n\t(void)execve',
  ),
  native(31, 'the killing of what is left', 'children.c', '(void)kill(-1, SIGKILL);', ''),
  native(
    31,
    'the removal of cgroups',
    'cgroup.c',
    'if (root >= 0 && unlinkat(root, cgroup->name, AT_REMOVEDIR) < 0',
    "if (root >= 0 && cgroup->name[1] == '0' && unlinkat(root, cgroup->name, AT_REMOVEDIR) < 0",
  ),
  native(
    32,
    'pids.max',
    'cgroup_v1.c',
    'error = file_write_number_at(pids, "pids.max", new->process_count);',
    'error = file_write_number_at(pids, "pids.max", 500);',
  ),
  native(
    33,
    'looks at the CPU time',
    'deadlines.c',
    'if (used >= limit)\n\t\trun_kill(s, c, END_CPU_TIME);',
    'if (used >= 10 * limit)\n\t\trun_kill(s, c, END_CPU_TIME);',
  ),
  native(
    34,
    'the wall clock',
    'deadlines.c',
    'return after_ms(deadlines_command_start(c, now_ns), c->run.limits.wall_time_ms);',
    'return after_ms(deadlines_command_start(c, now_ns), 100000 + c->run.limits.wall_time_ms);',
  ),
  native(
    36,
    'the memory limit',
    'cgroup_v1.c',
    'int error = file_write_number_at(directory, names[first], new);\n\treturn error < 0 || !swap ? error : file_write_number_at(directory, names[1 - first], new);',
    'int error = file_write_number_at(directory, names[first], 8 * new);\n\treturn error < 0 || !swap ? error : file_write_number_at(directory, names[1 - first], 8 * new);',
  ),
  native(
    36,
    'the limit on swap',
    'cgroup_v1.c',
    'const bool swap = file_exists_at(directory, names[1]);',
    'const bool swap = false;',
  ),
  native(
    36,
    'the killing of the whole group',
    'run.c',
    'if (c->has_cgroup && cgroup_take_event(&c->cgroup) == 1)',
    'if (c->has_cgroup && cgroup_take_event(&c->cgroup) == 7)',
  ),
  native(
    38,
    'the size of the tmpfs',
    'mounts.c',
    'error = sys_fsconfig_string(context, "size", decimal(bytes, size));',
    'error = sys_fsconfig_string(context, "size", decimal(100 * bytes, size));',
  ),
  native(
    38,
    'the inodes of the tmpfs',
    'mounts.c',
    'decimal(inodes + DISK_OWN_INODES, count));\n\treturn error == 0 ?',
    'decimal(100 * inodes + DISK_OWN_INODES, count));\n\treturn error == 0 ?',
  ),
  native(40, 'read-only binds', 'bind.c', '? 0 : MOUNT_ATTR_RDONLY;', '? 0 : 0;'),
  native(
    41,
    'the end of floods',
    'streams.c',
    'if (c->run.total[n] > c->run.limits.output_bytes)',
    'if (c->run.total[n] > 1000 * c->run.limits.output_bytes)',
  ),
  native(
    41,
    'the bound on what is kept',
    'streams.c',
    'const uint64_t most = passes || budget < KEPT_BYTES ? budget : KEPT_BYTES;',
    'const uint64_t most = KEPT_BYTES + 0 * (budget + passes);',
  ),
]

/** Files in and out, deaths, neighbours, leaks. */
export const endMutations: readonly Mutation[] = [
  native(43, 'files that are the command’s', 'stub.c', '\t{ STEP_CREDENTIALS, credentials }, ', '\t/* none */ '),
  {
    line: 44,
    without: 'O_NONBLOCK at a FIFO that was no FIFO when it was looked at',
    edits: [
      {
        file: 'native/src/collection.c',
        find: 'if (S_ISREG(status->st_mode))\n\t\treturn take_file',
        put: 'if (!S_ISDIR(status->st_mode))\n\t\treturn take_file',
      },
      {
        file: 'native/src/collection.c',
        find: 'O_RDONLY | O_NONBLOCK | O_NOCTTY',
        put: 'O_RDONLY | O_NOCTTY',
      },
    ],
  },
  {
    line: 44,
    without: 'regular files only',
    edits: [
      {
        file: 'native/src/collection.c',
        find: 'if (S_ISREG(status->st_mode))\n\t\treturn take_file',
        put: 'if (!S_ISDIR(status->st_mode))\n\t\treturn take_file',
      },
      {
        file: 'native/src/collection.c',
        find: 'if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))',
        put: 'if (fstat(file, &status) != 0)',
      },
    ],
  },
  native(
    44,
    'RESOLVE_NO_SYMLINKS',
    'tree_walk.c',
    '.flags = flags | O_CLOEXEC | O_NOFOLLOW,\n\t\t.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV',
    '.flags = flags | O_CLOEXEC,\n\t\t.resolve = 0',
  ),
  native(
    44,
    'the bound on what comes back',
    'collection.c',
    'if (cost > c->data_left)',
    'if (cost > 1000 * c->data_left)',
  ),
  native(
    44,
    'the death of all before collecting',
    'init.c',
    '\tchildren_kill();\n\t(void)children_reap(init->stub, 0, &ignored);\n\treport_end(init, status, true, ended_ns);',
    '\t(void)ignored;\n\treport_end(init, status, true, ended_ns);',
  ),
  native(
    45,
    'RESOLVE_BENEATH where files are placed',
    'place.c',
    '.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV',
    '.resolve = 0',
  ),
  native(
    45,
    'RESOLVE_BENEATH where files are collected',
    'tree_walk.c',
    '.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV',
    '.resolve = 0',
  ),
  native(
    49,
    'the sweep of what the dead left',
    'cgroup_tree.c',
    'if (directory >= 0 && tree_lock(directory) == 0)\n\t\ttree_remove(parent, name);',
    '(void)directory;',
  ),
  {
    line: 49,
    without: 'init’s death with its supervisor, in both ways',
    edits: [
      {
        file: 'native/src/init_setup.c',
        find: 'if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)',
        put: 'if (prctl(PR_SET_PDEATHSIG, 0) != 0)',
      },
      {
        file: 'native/src/init.c',
        find: '\tif (error < 0)\n\t\t_exit(0);\n\tif (command.order == ORDER_KILL',
        put: '\tif (error < 0)\n\t\t(void)poll(NULL, 0, -1);\n\tif (command.order == ORDER_KILL',
      },
    ],
  },
  {
    line: 49,
    without: 'the going on where an init is found dead before its disk is resized',
    edits: [
      {
        file: 'native/src/run.c',
        find: '(void)container_order(c, ORDER_DISK,',
        put: 'error = container_order(c, ORDER_DISK,',
      },
      {
        file: 'native/src/run.c',
        find: 'return error == -EPIPE || error == -ECONNRESET ? 0 : error;',
        put: 'return error;',
      },
      {
        file: 'native/src/run.c',
        find: 'container_remove(s, c);\n\t\treturn node_send_failure(s, run, step, error, NULL);',
        put: 'return error;',
      },
    ],
  },
  native(
    49,
    'the going on where an init is found dead before its first sample',
    'deadlines.c',
    'return run_give_up(s, c);\n\trun->started_ns',
    'return error;\n\trun->started_ns',
  ),
  native(49, 'the end of a supervisor whose maker is gone', 'maker.c', '\treturn -EPIPE;\n}', '\treturn 0;\n}'),
  {
    line: 49,
    without: 'the end of an init that can no longer count',
    edits: [
      {
        file: 'native/src/init.c',
        find: 'if (ready < 0)\n\t\t\t_exit(1);',
        put: 'if (ready < 0)\n\t\t\tcontinue;',
      },
      {
        file: 'native/src/init.c',
        find: 'if (sample_take(&record) < 0 || send_exactly(init->socket, &record, sizeof record) < 0)\n\t\t_exit(1);',
        put: 'if (sample_take(&record) == 0)\n\t\t(void)send_exactly(init->socket, &record, sizeof record);',
      },
    ],
  },
  native(50, 'inodes of its own for the image', 'init_setup.c', '\t{ STEP_IMAGE, own_image },\n', ''),
  native(
    50,
    'id blocks that two supervisors do not share',
    'id_claim.c',
    'if (fcntl(file, F_OFD_SETLK, &byte) == 0) {',
    'if (fcntl(file, F_OFD_SETLK, &byte) == 0 || i == 0) {',
  ),
  native(
    50,
    'claims on ids that another user cannot hold',
    'id_claim.c',
    'const int claim = directory < 0 ? -errno : id_claim_by_file(directory, block);',
    'const int claim = directory < 0 ? -errno : -EPERM;',
  ),
  native(
    52,
    'the closing of pidfds',
    'container.c',
    '(void)waitid((idtype_t)P_PIDFD, (id_t)c->pidfd, &ignored, WEXITED | __WALL);\n\tloop_close(s, &c->pidfd);',
    '(void)waitid((idtype_t)P_PIDFD, (id_t)c->pidfd, &ignored, WEXITED | __WALL);\n\tloop_remove(s, c->pidfd);',
  ),
]
