import { fixedResourceLimits } from '../container/rlimits.ts'
import { requireObject } from '../checks.ts'
import { SandboxError } from '../errors.ts'
import { readCapacity } from '../host/capacity.ts'
import { readHardLimits } from '../host/hard-limits.ts'
import { thisHost } from '../host/host.ts'
import { findMounts } from '../image/host-mounts.ts'
import { findImage } from '../image/find-image.ts'
import type { Sandbox } from './contract.ts'
import { resolveOptions, type SandboxOptions } from './options.ts'
import { SupervisedSandbox } from './sandbox.ts'

/**
 * Starts a sandbox: one native process, which makes containers ahead of the runs that will use them. It must be closed,
 * best by `await using`; one that is idle does not keep Node alive.
 *
 * Rejects with `INVALID_OPTION`, or with `UNSUPPORTED_HOST` where the host lacks something that isolation needs; the
 * message names it and the command that enables it.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = thisHost()
  if (host.platform !== 'linux') {
    const message = `containers are made of Linux namespaces, and this is ${host.platform}; run it on Linux, or in a virtual machine that runs Linux`
    throw new SandboxError('UNSUPPORTED_HOST', message)
  }
  const hardLimits = await readHardLimits(host)
  const capacity = await readCapacity(host, hardLimits)
  requireObject(options, 'options')
  const image = await findImage(options.image ?? 'host', 'image')
  const resolved = resolveOptions(options, capacity, image)
  const mounts = await findMounts(resolved.mounts)
  const facts = { capacity, fixedResourceLimits: fixedResourceLimits(hardLimits), mounts }
  const sandbox = new SupervisedSandbox(resolved, facts)
  try {
    await sandbox.start()
    return sandbox
  } catch (error) {
    await sandbox.close()
    throw error
  }
}
