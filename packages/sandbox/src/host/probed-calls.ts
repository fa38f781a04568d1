/** A system call that an outer container's filter may refuse and that a sandbox cannot do without, or does better with. */
export type ProbedCall =
  | 'clone3'
  | 'keyctl'
  | 'landlock_create_ruleset'
  | 'mount'
  | 'mount_setattr'
  | 'open_tree'
  | 'pivot_root'
  | 'seccomp'
  | 'unshare'

/** How one is made so that it changes nothing: the kernel finds fault with an argument, or has nothing to do. */
interface Probe {
  /** Its number on x86-64 and on arm64. */
  readonly numbers: { readonly x64: number; readonly arm64: number }
  readonly arguments: readonly number[]
}

const landlockVersion = 1
const [setModeFilter, newListener] = [1, 8] as const
const [getKeyringId, sessionKeyring] = [0, -3] as const
const noSuchFlags = 0x7fff_ffff

/** Each with arguments that no kernel takes, so that one that answers EPERM or ENOSYS was not asked at all. */
export const probes: Readonly<Record<ProbedCall, Probe>> = {
  clone3: { numbers: { x64: 435, arm64: 435 }, arguments: [0, 0] },
  keyctl: { numbers: { x64: 250, arm64: 219 }, arguments: [getKeyringId, sessionKeyring, 0] },
  landlock_create_ruleset: { numbers: { x64: 444, arm64: 444 }, arguments: [0, 0, landlockVersion] },
  mount: { numbers: { x64: 165, arm64: 40 }, arguments: [0, 0, 0, 0, 0] },
  mount_setattr: { numbers: { x64: 442, arm64: 442 }, arguments: [-1, 0, 0, 0, 0] },
  open_tree: { numbers: { x64: 428, arm64: 428 }, arguments: [-1, 0, noSuchFlags] },
  pivot_root: { numbers: { x64: 155, arm64: 41 }, arguments: [0, 0] },
  seccomp: { numbers: { x64: 317, arm64: 277 }, arguments: [setModeFilter, newListener, 0] },
  unshare: { numbers: { x64: 272, arm64: 97 }, arguments: [0] },
}

const [notPermitted, notImplemented] = [-1, -38] as const

/** Whether a probe's answer is that of a filter, or of a kernel without the call. */
export function isRefusal(answer: number | undefined): boolean {
  return answer === notPermitted || answer === notImplemented
}
