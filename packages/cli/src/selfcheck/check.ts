import { cannotRun, fail, type Finding } from './finding.ts'
import type { Bench, Line } from './line.ts'

/** Looks at one line. A probe that breaks has shown that something does not hold. */
export async function check(line: Line, bench: Bench): Promise<Finding> {
  const lacking = line.restsOn?.filter((feature) => bench.missing.includes(feature)) ?? []
  if (lacking.length > 0) return cannotRun(`this host lacks ${lacking.join(', ')}`)
  try {
    return await line.probe(bench)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

/** How many lines came out how. */
export type Tally = Readonly<Record<Finding['result'], number>>

/** Counts findings. */
export function tally(findings: readonly Finding[]): Tally {
  const count = (result: Finding['result']): number => findings.filter((finding) => finding.result === result).length
  return { pass: count('pass'), fail: count('fail'), 'cannot run': count('cannot run') }
}

/** A line with its finding, as it is printed. */
export function describeFinding({ number, sentence }: Line, finding: Finding): string {
  const row = `${finding.result.padEnd('cannot run'.length)}  ${String(number).padStart(2)}  ${sentence}`
  return finding.result === 'pass' ? row : `${row}\n${' '.repeat(16)}${finding.reason}`
}

/** The last line. */
export function describeTally(counts: Tally): string {
  return `${counts.pass} passed, ${counts.fail} failed, ${counts['cannot run']} cannot run`
}
