import { statfsSync } from 'node:fs'
import { release, tmpdir } from 'node:os'

/** statfs(2) */
const [overlay, tmpfs] = [0x794c_7630, 0x0102_1994]

/** Whether directories that tests make can be mounted with their ids mapped: never in an overlay, in a tmpfs since 6.3. */
export function hasIdMappedMounts(): boolean {
  const { type } = statfsSync(tmpdir())
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return type !== overlay && (type !== tmpfs || major > 6 || (major === 6 && minor >= 3))
}
