import { readFileSync } from 'node:fs'

/** Of what a container is made in the kernel; each of them would be there once more for every run that leaked it. */
const watched: readonly string[] = [
  ...[
    'mnt_cache',
    'nsproxy',
    'net_namespace',
    'user_namespace',
    'pid_namespace',
    'uts_namespace',
    'pid',
    'task_struct',
  ],
  ...[
    'kernfs_node_cache',
    'sock_inode_cache',
    'shmem_inode_cache',
    'mqueue_inode_cache',
    'proc_inode_cache',
    'key_jar',
  ],
]

/** The objects in use of the caches that are watched (slabinfo(5)); empty where only a more privileged user may look. */
export function slabCounts(path = '/proc/slabinfo'): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return counts
  }
  for (const line of text.split('\n')) {
    const [name = '', active] = line.split(/\s+/)
    if (watched.includes(name)) counts.set(name, Number(active))
  }
  return counts
}

/** Memory cgroups that the kernel still has, the dying ones included (cgroups(7)); undefined without the file. */
export function memoryCgroupCount(path = '/proc/cgroups'): number | undefined {
  const line = /^memory\s+\d+\s+(\d+)/m.exec(readFileSync(path, 'utf8'))
  return line ? Number(line[1]) : undefined
}
