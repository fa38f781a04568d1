import { liftedBy } from './container-flags.ts'
import type { Host } from './host.ts'
import { enforced, missing, type FeatureReport } from './report.ts'
import { idMapHelpers, readSubordinateIds } from './subordinate-ids.ts'
import { lackingCapabilities, type Surroundings } from './surroundings.ts'

/** What this process may do itself: root by its capabilities, anyone else in a user namespace of its own. */
export async function inspectRights(host: Host, surroundings: Surroundings): Promise<readonly FeatureReport[]> {
  return [inspectOwnRights(host, surroundings), await inspectUserIds(host, surroundings)]
}

function inspectOwnRights({ userId }: Host, surroundings: Surroundings): FeatureReport {
  if (userId !== 0) return enforced('rights', `this is user ${userId}, and a user namespace of its own will do`)
  const lacking = lackingCapabilities(surroundings)
  if (lacking.length > 0) {
    const why = `this is root without ${lacking.join(', ')}`
    const lift = liftedBy(surroundings, 'capabilities')
    const other = 'run it as a user other than root'
    return missing('rights', why, lift === undefined ? other : `${lift}; or ${other}`)
  }
  return enforced('rights', 'this is root')
}

/** Two are the fewest: one for a container's root, one for its command. */
const fewestIds = 2

const without = 'commands run as the caller, in namespaces of their own'

async function inspectUserIds(host: Host, { hasRangeIds }: Surroundings): Promise<FeatureReport> {
  if (host.userId !== 0) return inspectSubordinateIds(host)
  if (hasRangeIds) return enforced('userIds', 'each container has a range of its own', false)
  const why = `the user namespace that this is root of has no ids to spare: ${without}`
  return missing('userIds', why, 'run it outside of that user namespace', false)
}

async function inspectSubordinateIds(host: Host): Promise<FeatureReport> {
  const name = 'userIds'
  const [{ users, groups }, helpers] = await Promise.all([
    readSubordinateIds(host),
    Promise.all(idMapHelpers.map((helper) => host.exists(helper))),
  ])
  const user = host.userName ?? String(host.userId)
  if (helpers.includes(false)) {
    const fix = 'apt-get install uidmap (Debian, Ubuntu) or dnf install shadow-utils (Fedora)'
    return missing(name, `newuidmap and newgidmap are not installed: ${without}`, fix, false)
  }
  if (users.count >= fewestIds && groups.count >= fewestIds) {
    return enforced(name, `each container has ids of the ${users.count} that subuid(5) gives ${user}`, false)
  }
  const fix = `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`
  return missing(name, `subuid(5) and subgid(5) give ${user} no ids: ${without}`, fix, false)
}
