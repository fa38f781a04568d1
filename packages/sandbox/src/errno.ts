import { constants } from 'node:os'

const names = new Map<number, string>()
for (const [name, number] of Object.entries(constants.errno)) {
  // Of EAGAIN and EWOULDBLOCK, the first one is the kernel's.
  if (!names.has(number)) names.set(number, name)
}
// Of ENOTSUP and EOPNOTSUPP, the second one is.
names.set(constants.errno.EOPNOTSUPP, 'EOPNOTSUPP')

/** The kernel's name of an errno, such as `ENOENT`, or `errno 126` for one that Node has no name for. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`
}
