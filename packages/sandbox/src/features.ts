/**
 * A protection that a host may lack and that a caller may allow to be missing. Those of control groups are required by
 * default. The others are additional, used where the host has them: `ioWeight` is required once it is set,
 * `timeNamespace` where `bootTime` asks for it.
 */
export type HostFeature =
  | 'cgroup'
  | 'memory'
  | 'swap'
  | 'processes'
  | 'cpu'
  | 'ioWeight'
  | 'userIds'
  | 'refusalNames'
  | 'landlock'
  | 'imageInodes'
  | 'timeNamespace'

/** Every {@link HostFeature}, in the order in which they are reported. */
export const hostFeatures: readonly HostFeature[] = [
  ...(['cgroup', 'memory', 'swap', 'processes', 'cpu'] as const),
  ...(['ioWeight', 'userIds', 'refusalNames', 'landlock', 'imageInodes', 'timeNamespace'] as const),
]

/** Those that are used where the host has them and never refused for. */
export const additionalFeatures: ReadonlySet<HostFeature> = new Set<HostFeature>([
  ...(['ioWeight', 'userIds', 'refusalNames', 'landlock', 'imageInodes'] as const),
])

/** What each one does, as it stands in a sentence. */
export const featureSentences: Readonly<Record<HostFeature, string>> = {
  cgroup: 'control groups that this process may use',
  memory: 'the memory controller of control groups',
  swap: 'the swap limit of the memory controller',
  processes: 'the pids controller of control groups',
  cpu: 'the cpu controller of control groups',
  ioWeight: 'the IO weight of control groups',
  userIds: "user ids of the containers' own",
  refusalNames: 'the names of refused system calls',
  landlock: 'Landlock',
  imageInodes: "inodes of the containers' own for files of the image",
  timeNamespace: 'time namespaces',
}

/** What the reader can do about a missing one. */
export const featureFixes: Readonly<Record<HostFeature, string>> = {
  cgroup:
    'run it as root, or in a scope of its own: systemd-run --user --scope --property=Delegate=yes COMMAND; in a container of Docker, start that with --privileged --cgroupns=host',
  memory:
    'boot with `cgroup_enable=memory`, or delegate it: systemctl edit user@.service, and set Delegate=cpu memory pids io',
  swap: 'boot with `swapaccount=1`, or turn swap off: swapoff -a',
  processes: 'delegate it: systemctl edit user@.service, and set Delegate=cpu memory pids io',
  cpu: 'delegate it: systemctl edit user@.service, and set Delegate=cpu memory pids io',
  ioWeight: 'choose an IO scheduler with weights: echo bfq > /sys/block/DEVICE/queue/scheduler',
  userIds:
    'run it as root, or give its user subordinate ids: apt-get install uidmap, and usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER',
  refusalNames: 'boot Linux 5.5 or later; in a container of Docker, start that with --security-opt seccomp=unconfined',
  landlock: 'boot Linux 5.13 or later with `lsm=landlock,...` (CONFIG_SECURITY_LANDLOCK)',
  imageInodes: 'boot Linux 5.11 or later with overlayfs (CONFIG_OVERLAY_FS)',
  timeNamespace: "boot Linux 5.6 or later with CONFIG_TIME_NS, or go without: `bootTime: 'host'`",
}
