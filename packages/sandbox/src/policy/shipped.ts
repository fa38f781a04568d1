import { arch } from 'node:os'
import type { CompiledPolicy } from './filter.ts'
import type { Policy, ReportedCall } from './policy.ts'
import { kindMaxOf, notifyRules, watchedCalls } from './rules.ts'

/** A policy that was compiled ahead, by scripts/compile-policy.mjs. */
export interface ShippedFilter {
  /** The version of libseccomp that compiled it. */
  readonly libseccomp: string
  /** Arrays of `struct sock_filter`, in base64. */
  readonly program: string
  readonly plainProgram: string
  /** The numbers of the calls that are told of. */
  readonly numbers: Readonly<Record<string, number>>
}

/** The default policy, which is given, as it was compiled ahead for this machine's architecture. */
export async function shippedPolicy(policy: Policy): Promise<CompiledPolicy> {
  const { shippedFilter } = arch() === 'arm64' ? await import('./compiled/arm64.ts') : await import('./compiled/x64.ts')
  return unpack(policy, shippedFilter)
}

/** Puts together what was compiled ahead and what follows from the policy itself. */
function unpack(policy: Policy, shipped: ShippedFilter): CompiledPolicy {
  const { program, plainProgram, numbers } = shipped
  const calls = new Map<number, ReportedCall>()
  for (const watched of watchedCalls(policy).values()) {
    const number = numbers[watched.call]
    if (number !== undefined) calls.set(number, watched)
  }
  return {
    filter: {
      program: Buffer.from(program, 'base64'),
      plainProgram: Buffer.from(plainProgram, 'base64'),
      rules: notifyRules(policy, (call) => numbers[call]),
      violationMax: kindMaxOf(policy),
    },
    callOf: (number) => calls.get(number),
  }
}
