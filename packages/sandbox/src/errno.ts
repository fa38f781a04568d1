import { constants } from 'node:os'

const names = new Map<number, string>()
for (const [name, number] of Object.entries(constants.errno)) {
  // Of two names of one number, such as EAGAIN and EWOULDBLOCK, the first one is errno(3)'s main one.
  if (!names.has(number)) names.set(number, name)
}

/** The kernel's name of an errno, such as `ENOENT`, or `errno 126` for one that Node has no name for. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`
}
