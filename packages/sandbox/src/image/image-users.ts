import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'

/**
 * Processes that have files of an image mounted, as far as we may see: supervisors of our own user, or of everyone for
 * root. Their mounts are in namespaces of their own, and a path's last part is enough to tell (proc_pid_mountinfo(5)).
 */
export async function usersOfImage(path: string): Promise<readonly number[]> {
  const part = `/${basename(path)}/`
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const using = await Promise.all(
    processes.map(async (pid) => {
      const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')
      return mounts.includes(part)
    }),
  )
  return processes.filter((_, index) => using[index]).map(Number)
}
