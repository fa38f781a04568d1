/**
 * A protection that a host may lack and that a caller may allow to be missing. All are required by default, but
 * `ioWeight`, which is used where the kernel has it and required once it is set.
 */
export type HostFeature = 'cgroups' | 'memory' | 'swap' | 'processes' | 'cpu' | 'ioWeight'

/** Every {@link HostFeature}, in the order in which they are reported. */
export const hostFeatures: readonly HostFeature[] = ['cgroups', 'memory', 'swap', 'processes', 'cpu', 'ioWeight']

/** What each one does, as it stands in a sentence. */
export const featureSentences: Readonly<Record<HostFeature, string>> = {
  cgroups: 'control groups that this process may use',
  memory: 'the memory controller of control groups',
  swap: 'the swap limit of the memory controller',
  processes: 'the pids controller of control groups',
  cpu: 'the cpu controller of control groups',
  ioWeight: 'the IO weight of control groups',
}

/** What the reader can do about a missing one. */
export const featureFixes: Readonly<Record<HostFeature, string>> = {
  cgroups:
    'run it as root, or in a scope of its own: systemd-run --user --scope --property=Delegate=yes COMMAND; in a container of Docker, start that with --privileged --cgroupns=host',
  memory:
    'boot with `cgroup_enable=memory`, or delegate it: systemctl edit user@.service, and set Delegate=cpu memory pids io',
  swap: 'boot with `swapaccount=1`, or turn swap off: swapoff -a',
  processes: 'delegate it: systemctl edit user@.service, and set Delegate=cpu memory pids io',
  cpu: 'delegate it: systemctl edit user@.service, and set Delegate=cpu memory pids io',
  ioWeight: 'choose an IO scheduler with weights: echo bfq > /sys/block/DEVICE/queue/scheduler',
}
