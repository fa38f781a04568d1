import { dirname } from 'node:path'
import type { CgroupLayout } from './cgroup-layout.ts'
import type { Host } from './host.ts'

/** How a controller comes to our cgroup: root switches on what the cgroup above has and does not hand down. */
export async function controllerFix(
  host: Host,
  layout: CgroupLayout,
  controller: string,
  otherwise: string,
): Promise<string> {
  if (host.userId !== 0 || layout.used !== 'v2' || layout.v2 === undefined) return otherwise
  const parent = dirname(layout.v2)
  const offered = await host.readText(`${parent}/cgroup.controllers`)
  if (!offered?.split(/\s+/).includes(controller)) return otherwise
  return `echo +${controller} > ${parent}/cgroup.subtree_control`
}
