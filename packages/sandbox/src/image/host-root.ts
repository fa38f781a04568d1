import { planEtc } from './etc.ts'
import { HostTree } from './host-tree.ts'
import { directory, symlink, type RootEntry } from './root-entry.ts'

/** Merged distributions link these into /usr, older ones have directories of that name. */
const systemDirectories: readonly string[] = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']

const devices: readonly string[] = ['null', 'zero', 'full', 'random', 'urandom']

const sticky = 0o1777

/** The plan of image `host`: the host's programs and libraries, and nothing that is anyone's own. */
export async function planHostRoot(host = new HostTree()): Promise<readonly RootEntry[]> {
  const system = (await Promise.all(['usr', ...systemDirectories].map((name) => host.mirrored(name)))).flat()
  return [
    ...system,
    ...system.filter(({ kind }) => kind === 'bind').map(({ target }): RootEntry => ({ kind: 'ownInodes', target })),
    ...(await planEtc(host)),
    ...planOwnDirectories(),
  ]
}

/** What every container has, whatever its image. */
export function planOwnDirectories(): readonly RootEntry[] {
  return [directory('proc', 0o555), ...planDev(), directory('run'), directory('tmp', sticky), directory('work')]
}

function planDev(): readonly RootEntry[] {
  return [
    directory('dev'),
    ...devices.map((name): RootEntry => ({ kind: 'device', target: `dev/${name}`, source: `/dev/${name}` })),
    symlink('dev/fd', '/proc/self/fd'),
    symlink('dev/stdin', '/proc/self/fd/0'),
    symlink('dev/stdout', '/proc/self/fd/1'),
    symlink('dev/stderr', '/proc/self/fd/2'),
    directory('dev/shm', sticky),
    directory('dev/mqueue', sticky),
    // A devpts comes to stand here where a command has a terminal.
    directory('dev/pts'),
    symlink('dev/ptmx', 'pts/ptmx'),
  ]
}
