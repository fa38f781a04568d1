import { calls, no32BitCalls, refused } from './call-probe.ts'
import { expecting, fail } from './finding.ts'
import type { Line, Probe } from './line.ts'
import { each, notHere, printed, prints } from './shell-probe.ts'

const newUserNamespace = 0x1000_0000
const childSignal = 17
const [newIpc, allNamespaces] = [0x800_0000, 0x7e02_0000] as const
const getSecurebits = 27
/** NOROOT and NO_CAP_AMBIENT_RAISE are set, and with the other two locked as they are (capabilities(7)). */
const lockedSecurebits = 0xeb
const [unix, inet, inet6, netlink, packet, alg, vsock] = [1, 2, 10, 16, 17, 38, 40] as const
const [stream, raw] = [1, 3] as const
const [insertInput, consoleControl, beyond32Bits] = [0x5412n, 0x541cn, 1n << 32n] as const
const x32Bit = 0x4000_0000
const [setModeFilter, newListener] = [1, 8] as const
const noSuchPersonality = 0x40_0000

const namesWhatItRefused: Probe = async ({ sandbox }) => {
  const { violations } = await sandbox.run(['sh', '-c', 'unshare --user true; mount -t tmpfs none /tmp; true'])
  const seen = violations.map(({ call }) => call)
  return expecting(seen.length > 0, 'two refused calls were reported with no name')
}

/** Each is a program of its own kind; which are installed differs from host to host. */
const languages: readonly (readonly string[])[] = [
  ['sh', '-c', 'echo 42'],
  ['bash', '-c', 'echo $((6 * 7))'],
  ['python3', '-c', 'print(6 * 7)'],
  ['node', '-p', '6 * 7'],
  ['perl', '-e', 'print 6 * 7'],
  ['awk', 'BEGIN { print 6 * 7 }'],
  ['sh', '-c', 'echo "int main(void) { return 42; }" > a.c && gcc a.c && { ./a.out; echo $?; }'],
]

const startsWhatIsInstalled: Probe = async ({ sandbox }) => {
  for (const argv of languages) {
    const result = await sandbox.run(argv as readonly [string, ...string[]]).catch(() => undefined)
    const seen = result === undefined ? 'not found' : printed(result)
    if (!seen.includes('not found') && seen.trim() !== '42') return fail(`${argv[0]}: ${JSON.stringify(seen)}`)
  }
  return expecting(true, '')
}

/** Lines 16 to 29: privilege and system calls. */
export const linesOfPrivilege: readonly Line[] = [
  {
    number: 16,
    sentence: 'all five sets of capabilities are empty, and securebits are locked',
    probe: each(
      prints('grep -E "^Cap" /proc/self/status | grep -vc "0000000000000000$"', /^0$/m),
      calls(['prctl', lockedSecurebits, getSecurebits, 0, 0, 0, 0]),
    ),
  },
  {
    number: 17,
    sentence: 'no_new_privs and the filter are on',
    probe: prints('grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status', /^NoNewPrivs:\t1\nSeccomp:\t2\n$/),
  },
  {
    number: 18,
    sentence: 'init cannot be seen, signalled or traced',
    probe: each(prints('ls /proc/1 2>&1', /No such file/), calls(['kill', 'EPERM', 1, 9], ['ptrace', 'EPERM', 16, 1])),
    restsOn: ['userIds'],
  },
  {
    number: 19,
    sentence: 'signals, umask, nice value, personality and oom score are as after a boot',
    probe: each(
      prints('grep -E "^(Umask|SigBlk|SigIgn)" /proc/self/status', /^Umask:\t0022\nSigBlk:\t0{16}\nSigIgn:\t0{16}\n$/),
      prints('cat /proc/self/oom_score_adj; cut -d " " -f 19 /proc/self/stat', /^0\n0\n$/),
      calls(['personality', 0, 0xffff_ffff]),
    ),
  },
  {
    number: 20,
    sentence: 'a container ends with the supervisor that made it',
    probe: notHere('it would have to kill the supervisor that it runs on'),
  },
  {
    number: 21,
    sentence: 'a setuid program gains nothing',
    probe: each(
      prints('cut -d " " -f 6 /proc/self/mountinfo | grep -v nosuid', /^$/),
      prints('for f in /usr/bin/*; do [ -u "$f" ] && id -u && break; done; id -u', /^(?:1000\n){1,2}$/),
    ),
  },
  {
    number: 22,
    sentence: 'calls that are on no list, numbers that no kernel has, and those of x32 and 32-bit programs give ENOSYS',
    probe: each(
      calls([9999, 'ENOSYS', 0], ...(process.arch === 'x64' ? ([[x32Bit + 39, 'ENOSYS', 0]] as const) : [])),
      no32BitCalls,
    ),
  },
  {
    number: 23,
    sentence: 'no new namespaces by clone, clone3, unshare or setns',
    probe: calls(
      ['clone3', 'ENOSYS', 0, 0],
      ['clone', 'EPERM', newUserNamespace + childSignal, 0, 0, 0, 0],
      ['clone', 'EPERM', allNamespaces + childSignal, 0, 0, 0, 0],
      ['unshare', 'EPERM', newUserNamespace],
      ['unshare', 'EPERM', newIpc],
      ['setns', 'EPERM', 0, 0],
    ),
  },
  {
    number: 24,
    sentence: 'io_uring gives ENOSYS',
    probe: calls(
      ['io_uring_setup', 'ENOSYS', 1, 0],
      ['io_uring_enter', 'ENOSYS', 0, 0, 0, 0, 0, 0],
      ['io_uring_register', 'ENOSYS', 0, 0, 0, 0],
    ),
  },
  {
    number: 25,
    sentence: 'keys, bpf, tracing, mounts, modules, swap, reboot and second listeners are refused by name',
    probe: calls(
      ...refused('keyctl', 'add_key', 'request_key', 'bpf', 'perf_event_open', 'userfaultfd', 'ptrace'),
      ...refused('process_vm_readv', 'process_vm_writev', 'kcmp', 'pidfd_getfd', 'open_by_handle_at'),
      ...refused('mount', 'umount2', 'mount_setattr', 'move_mount', 'open_tree', 'pivot_root'),
      ...refused('swapon', 'reboot', 'kexec_load', 'init_module', 'syslog', 'quotactl', 'acct'),
      ['personality', 'EPERM', noSuchPersonality],
      ['seccomp', 'EPERM', setModeFilter, newListener, 0],
    ),
  },
  {
    number: 26,
    sentence: 'sockets are of the families unix, inet and inet6 only',
    probe: calls(
      ['socket', 'no error', unix, stream, 0],
      ['socket', 'no error', inet, stream, 0],
      ['socket', 'no error', inet6, stream, 0],
      ...[netlink, packet, alg, vsock].map((family) => ['socket', 'EPERM', family, raw, 0] as const),
    ),
  },
  {
    number: 27,
    sentence: 'nothing is typed into a terminal, whatever the upper 32 bits of the request',
    probe: calls(
      ['ioctl', 'EPERM', 0, insertInput, ''],
      ['ioctl', 'EPERM', 0, insertInput + beyond32Bits, ''],
      ['ioctl', 'EPERM', 0, consoleControl, ''],
    ),
  },
  {
    number: 28,
    sentence: 'a refused call is reported with its name',
    probe: namesWhatItRefused,
    restsOn: ['refusalNames'],
  },
  { number: 29, sentence: 'the languages that are installed start and work', probe: startsWhatIsInstalled },
]
