import type { Host } from './host.ts'

/** Consecutive ids of the host; a count of 0 is none. */
export interface IdRange {
  readonly first: number
  readonly count: number
}

/** What an ordinary user may map beside itself (subuid(5), subgid(5)). */
export interface SubordinateIds {
  readonly users: IdRange
  readonly groups: IdRange
}

const none: IdRange = { first: 0, count: 0 }

/** The programs that map them, each with the right to. */
export const idMapHelpers: readonly string[] = ['/usr/bin/newuidmap', '/usr/bin/newgidmap']

/** The caller's largest ranges; none for root, who needs none. */
export async function readSubordinateIds(host: Host): Promise<SubordinateIds> {
  if (host.userId === 0) return { users: none, groups: none }
  const [users, groups] = await Promise.all([host.readText('/etc/subuid'), host.readText('/etc/subgid')])
  return { users: largestRange(host, users ?? ''), groups: largestRange(host, groups ?? '') }
}

/** NAME:FIRST:COUNT, where the name may be a number; a user may stand there more than once. */
function largestRange({ userId, userName }: Host, text: string): IdRange {
  const own = text.split('\n').flatMap((line): readonly IdRange[] => {
    const [, owner, first, count] = /^([^:]+):(\d+):(\d+)\s*$/.exec(line) ?? []
    return owner === userName || owner === String(userId) ? [{ first: Number(first), count: Number(count) }] : []
  })
  return own.reduce((largest, range) => (range.count > largest.count ? range : largest), none)
}
