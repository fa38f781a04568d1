import { SandboxError } from '../errors.ts'
import { featureFixes, featureSentences, type HostFeature } from '../features.ts'
import type { Limits } from '../limits.ts'

/** A caller who sets an additional limit counts on it: a host without it is refused, unless that was allowed. */
export function requireNamed(
  named: Partial<Limits>,
  missing: readonly HostFeature[],
  allowed: readonly HostFeature[],
): void {
  if (named.ioWeight === undefined || !missing.includes('ioWeight') || allowed.includes('ioWeight')) return
  throw new SandboxError(
    'UNSUPPORTED_HOST',
    `\`limits.ioWeight\` is set, and this host lacks ${featureSentences.ioWeight}; ${featureFixes.ioWeight}, ` +
      "or allow it to be without effect: `allowMissing: ['ioWeight']`",
  )
}
