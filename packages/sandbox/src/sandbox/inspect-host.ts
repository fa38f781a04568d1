import { thisHost } from '../host/host.ts'
import { inspect } from '../host/inspect.ts'
import { enforced, missing, type FeatureReport, type HostReport } from '../host/report.ts'
import { loadLibseccomp } from '../policy/libseccomp.ts'
import { findSupervisor } from '../supervisor/binary.ts'

/** Tells, feature by feature, what this host can enforce: state, why, and how to change it. Answers on any platform. */
export async function inspectHost(): Promise<HostReport> {
  const supervisor = await tried('supervisor', async () => findSupervisor())
  return inspect(thisHost(), {
    supervisor: supervisor.state === 'enforced' ? findSupervisor() : '/…/mayfly-supervisor',
    parts: [
      async () => supervisor,
      async () => tried('libseccomp', async () => `version ${(await loadLibseccomp()).version}`, false),
    ],
  })
}

async function tried(name: string, find: () => Promise<string>, required = true): Promise<FeatureReport> {
  try {
    return enforced(name, `found: ${await find()}`, required)
  } catch (error) {
    const [why = '', ...fix] = String(error instanceof Error ? error.message : error).split('; ')
    return missing(name, why, fix.length === 0 ? undefined : fix.join('; '), required)
  }
}
