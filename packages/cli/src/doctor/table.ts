import type { FeatureReport, HostReport } from '@mayfly/sandbox'

/** What `mayfly doctor` prints: the host in a line, every feature with its state and reason, the fix under what lacks one. */
export function describeHost(report: HostReport): string {
  const nameWidth = Math.max(...report.features.map(({ name }) => name.length))
  const rows = report.features.flatMap((feature) => describeFeature(feature, nameWidth))
  return [headline(report), '', ...rows, '', conclusion(report), ''].join('\n')
}

function headline({ platform, architecture, kernelRelease, cgroups, container }: HostReport): string {
  const groups = cgroups === 'none' ? 'no cgroups' : `cgroups ${cgroups}`
  const inside = container === 'none' ? '' : `, inside ${container === 'other' ? 'a container' : container}`
  return `${platform} ${kernelRelease} on ${architecture}, ${groups}${inside}`
}

function describeFeature({ name, state, required, why, fix }: FeatureReport, nameWidth: number): readonly string[] {
  const optional = state === 'enforced' || required ? '' : ' (not required)'
  const row = `${state.padEnd('enforced'.length)}  ${name.padEnd(nameWidth)}  ${why}${optional}`
  const indent = ' '.repeat('enforced'.length + nameWidth + 4)
  return state === 'enforced' || fix === undefined ? [row] : [row, `${indent}to enable it: ${fix}`]
}

function conclusion({ supported, features }: HostReport): string {
  if (supported) return 'Everything that is required is here: `mayfly run` works.'
  const missing = features.filter(({ state, required }) => required && state !== 'enforced')
  return `Required and missing: ${missing.map(({ name }) => name).join(', ')}. \`mayfly run\` refuses this host.`
}
