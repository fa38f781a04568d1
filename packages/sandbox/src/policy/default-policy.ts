import { allowedCalls } from './allowed-calls.ts'
import type { ConditionalCall, Policy } from './policy.ts'
import { notedCalls, standardReport } from './reported-calls.ts'

const low32 = 0xffff_ffff

/**
 * CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. CLONE_NEWTIME is left out: clone(2) reads its bit
 * as a part of the exit signal, so that it cannot be asked for there.
 */
const newNamespaces = 0x7e02_0000

const [unix, inet, inet6] = [1, 2, 10] as const
const [insertInput, consoleControl] = [0x5412, 0x541c] as const
const [addressCompat, linux32, queryOnly] = [0x2_0000, 8, 0xffff_ffff] as const
const newListener = 8

const conditional: readonly ConditionalCall[] = [
  { call: 'clone', argument: 0, mask: newNamespaces, values: [0], allowed: 'one of', otherwise: 'EPERM' },
  ...['socket', 'socketpair'].map((call): ConditionalCall => {
    return { call, argument: 0, mask: low32, values: [unix, inet, inet6], allowed: 'one of', otherwise: 'EPERM' }
  }),
  {
    call: 'ioctl', // TIOCSTI types into the terminal of whoever started us, TIOCLINUX pastes into it
    argument: 1,
    mask: low32,
    values: [insertInput, consoleControl],
    allowed: 'none of',
    otherwise: 'EPERM',
  },
  {
    call: 'personality',
    argument: 0,
    mask: low32,
    values: [0, linux32, addressCompat, addressCompat | linux32, queryOnly],
    allowed: 'one of',
    otherwise: 'EPERM',
  },
  { call: 'seccomp', argument: 1, mask: newListener, values: [0], allowed: 'one of', otherwise: 'EPERM' },
]

const refusedForGood: readonly string[] = [
  // other processes' memory, descriptors and secrets
  ...['ptrace', 'process_vm_readv', 'process_vm_writev', 'process_madvise', 'kcmp', 'pidfd_getfd', 'userfaultfd'],
  ...['keyctl', 'add_key', 'request_key', 'perf_event_open', 'bpf', 'open_by_handle_at', 'lookup_dcookie'],
  ...['move_pages', 'migrate_pages'],
  // namespaces and mounts
  ...['unshare', 'setns', 'chroot', 'pivot_root', 'mount', 'umount', 'umount2', 'mount_setattr', 'move_mount'],
  ...['fsopen', 'fsconfig', 'fsmount', 'fspick', 'open_tree', 'open_tree_attr', 'fanotify_init', 'fanotify_mark'],
  // the machine
  ...['kexec_load', 'kexec_file_load', 'init_module', 'finit_module', 'delete_module', 'create_module'],
  ...['query_module', 'get_kernel_syms', 'swapon', 'swapoff', 'reboot', 'acct', 'quotactl', 'quotactl_fd', 'syslog'],
  ...['sethostname', 'setdomainname', 'settimeofday', 'clock_settime', 'clock_adjtime', 'adjtimex', 'stime'],
  ...['ioperm', 'iopl', 'vhangup', 'uselib', 'nfsservctl', 'vm86', 'vm86old', 'lsm_set_self_attr'],
]

/**
 * The policy that commands run under unless told otherwise: an allow-list on which sh, Python, Node, Java, Go, Rust
 * and gcc work, and nothing else. It can be taken apart and put together anew; it is only data.
 */
export const defaultPolicy: Policy = {
  unnamed: 'ENOSYS',
  allow: allowedCalls,
  refuse: {
    EPERM: refusedForGood,
    // Programs probe for these and fall back: on clone3 glibc does so for ENOSYS alone (moby 42680), as libuv does
    // on io_uring. A filter cannot read clone3's flags, which stand in memory.
    ENOSYS: ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register'],
  },
  conditional,
  kill: [],
  // What is refused with EPERM tells of intent, which a probe that falls back does not.
  report: [...[...refusedForGood, ...conditional.map(({ call }) => call)].map(standardReport), ...notedCalls],
}
