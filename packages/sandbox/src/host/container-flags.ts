import type { ContainerKind, Surroundings } from './surroundings.ts'

/** What an outer container can stand in the way with. */
export type Obstacle = 'seccomp' | 'apparmor' | 'proc' | 'cgroup' | 'capabilities'

const docker: Readonly<Record<Obstacle, string>> = {
  seccomp: '--security-opt seccomp=unconfined',
  apparmor: '--security-opt apparmor=unconfined',
  proc: '--security-opt systempaths=unconfined',
  cgroup: '--cgroupns=private --security-opt writable-cgroups=true (before Docker 28: --privileged --cgroupns=private)',
  capabilities: '--cap-add SYS_ADMIN',
}

/** The flag, or the field of a pod's container, that lifts each obstacle. */
const flags: Readonly<Record<ContainerKind, Readonly<Record<Obstacle, string>>>> = {
  docker,
  podman: { ...docker, proc: '--security-opt unmask=ALL', cgroup: '--cgroupns=private --security-opt unmask=ALL' },
  kubernetes: {
    seccomp: 'seccompProfile: {type: Unconfined}',
    apparmor: 'appArmorProfile: {type: Unconfined}',
    proc: 'procMount: Unmasked (with hostUsers: false in the pod)',
    cgroup: 'privileged: true',
    capabilities: 'capabilities: {add: [SYS_ADMIN]}',
  },
  lxc: {
    seccomp: 'security.nesting=true',
    apparmor: 'security.nesting=true',
    proc: 'security.nesting=true',
    cgroup: 'security.nesting=true',
    capabilities: 'security.nesting=true',
  },
  other: {
    seccomp: 'a seccomp profile that allows these calls',
    apparmor: 'no AppArmor profile, or one that allows mounts',
    proc: 'nothing mounted over /proc',
    cgroup: 'a writable cgroup of its own',
    capabilities: 'CAP_SYS_ADMIN, CAP_SETUID and CAP_SETGID',
  },
}

const beginnings: Readonly<Record<ContainerKind, string>> = {
  docker: 'start the container with',
  podman: 'start the container with',
  kubernetes: 'give the container, in its securityContext,',
  lxc: 'set for the container',
  other: 'start the container with',
}

/** What lifts an obstacle; `undefined` where no container is around us that could have put it there. */
export function liftedBy({ container, ci }: Surroundings, obstacle: Obstacle): string | undefined {
  if (container === 'none') return undefined
  const flag = flags[container][obstacle]
  if (ci === 'GitHub Actions' && container === 'docker') return `put into the job's container.options: ${flag}`
  if (ci === 'GitLab CI' && container === 'docker') {
    return `set privileged = true under [runners.docker] in the runner's config.toml, which stands for ${flag}`
  }
  return `${beginnings[container]} ${flag}`
}
