import type { ArgumentWord, ReportedCall, WordKind } from './policy.ts'

function words(...kinds: readonly (readonly [argument: number, as: WordKind])[]): readonly ArgumentWord[] {
  return kinds.map(([argument, as]) => ({ argument, as }))
}

const firstString = words([0, 'string'])
const secondString = words([1, 'string'])
const process = words([0, 'number'])
const family = words([0, 'family'])

/** What is told of a call's arguments, by the call; of one that is missing here, only its name. */
const standardWords: ReadonlyMap<string, readonly ArgumentWord[]> = new Map([
  // network: (int fd, const struct sockaddr *address, socklen_t length)
  ['connect', words([1, 'address'])],
  ['bind', words([1, 'address'])],
  ['sendto', words([4, 'address'])],
  ['socket', family],
  ['socketpair', family],
  // other processes
  ['kill', words([0, 'number'], [1, 'signal'])],
  ['tkill', words([0, 'number'], [1, 'signal'])],
  ['tgkill', words([0, 'number'], [2, 'signal'])],
  ['rt_sigqueueinfo', words([0, 'number'], [1, 'signal'])],
  ['rt_tgsigqueueinfo', words([0, 'number'], [2, 'signal'])],
  ['ptrace', words([0, 'ptrace'], [1, 'number'])],
  ['process_vm_readv', process],
  ['process_vm_writev', process],
  ['kcmp', words([0, 'number'], [1, 'number'])],
  ['migrate_pages', process],
  ['move_pages', process],
  ['perf_event_open', words([1, 'number'])],
  // namespaces and mounts
  ['clone', words([0, 'namespaces'])],
  ['unshare', words([0, 'namespaces'])],
  ['setns', words([1, 'namespaces'])],
  ['chroot', firstString],
  ['pivot_root', words([0, 'string'], [1, 'string'])],
  ['mount', words([0, 'string'], [1, 'string'])],
  ['umount2', firstString],
  ['umount', firstString],
  ['move_mount', words([1, 'string'], [3, 'string'])],
  ['mount_setattr', secondString],
  ['open_tree', secondString],
  ['open_tree_attr', secondString],
  ['fsopen', firstString],
  ['fspick', secondString],
  // secrets and the kernel
  ['add_key', words([0, 'string'], [1, 'string'])],
  ['request_key', words([0, 'string'], [1, 'string'])],
  // the machine
  ['swapon', firstString],
  ['swapoff', firstString],
  ['acct', firstString],
  ['uselib', firstString],
  ['create_module', firstString],
  ['delete_module', firstString],
  ['sethostname', firstString],
  ['setdomainname', firstString],
  ['quotactl', secondString],
  ['ioctl', words([1, 'terminal'])],
  ['personality', words([0, 'hexadecimal'])],
  // files, where a policy asks for them
  ['open', firstString],
  ['openat', secondString],
  ['openat2', secondString],
  ['creat', firstString],
  ['unlink', firstString],
  ['unlinkat', secondString],
  ['mkdir', firstString],
  ['mkdirat', secondString],
  ['rename', words([0, 'string'], [1, 'string'])],
  ['renameat', words([1, 'string'], [3, 'string'])],
  ['renameat2', words([1, 'string'], [3, 'string'])],
  ['link', words([0, 'string'], [1, 'string'])],
  ['linkat', words([1, 'string'], [3, 'string'])],
  ['symlink', words([0, 'string'], [1, 'string'])],
  ['symlinkat', words([0, 'string'], [2, 'string'])],
  ['chmod', firstString],
  ['fchmodat', secondString],
  ['chown', firstString],
  ['lchown', firstString],
  ['fchownat', secondString],
  ['execve', firstString],
  ['execveat', secondString],
])

/** A call as it is told of unless something else is asked for. */
export function standardReport(call: string): ReportedCall {
  const found = standardWords.get(call)
  return found === undefined ? { call } : { call, words: found }
}

/** A signal that is meant for pid 1. */
function signalToInit(call: string): ReportedCall {
  return { ...standardReport(call), when: { argument: 0, is: 1 } }
}

/**
 * Calls that are made all the same and that a container's namespaces refuse: whoever connects, binds or sends to an
 * address, and signals to pid 1. What is only between processes of the container, a Unix socket, is not told of.
 */
export const notedCalls: readonly ReportedCall[] = [
  standardReport('connect'),
  standardReport('bind'),
  { ...standardReport('sendto'), when: { argument: 4, is: 'not null' } },
  ...['kill', 'tkill', 'tgkill', 'rt_sigqueueinfo', 'rt_tgsigqueueinfo'].map(signalToInit),
]
