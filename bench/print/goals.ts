import { type Goal, missedBy } from '../goals.ts'
import { estimateText } from './latency.ts'
import { digits, table } from './table.ts'

/** In the words of the table. */
export function verdict(goal: Goal): string {
  const missed = missedBy(goal)
  if (missed === undefined) return 'not measured'
  return missed === 0 ? 'reached' : `missed by ${digits(missed * 100)} %`
}

export function goalText({ unit, bound, goal }: Goal): string {
  const sign = bound === 'at most' ? '≤' : '≥'
  return unit === 'ratio' ? `${sign} ${goal}` : `${sign} ${goal} ${unit}`
}

export function measuredText({ measured }: Goal): string {
  return measured === undefined ? '–' : estimateText(measured)
}

export function printGoals(goals: readonly Goal[]): void {
  const measured = goals.filter((goal) => missedBy(goal) !== undefined)
  const rows = measured.map((goal) => [goal.what, goal.against, measuredText(goal), goalText(goal), verdict(goal)])
  console.log('\nThe goals: ratios of medians within this run, with their 95 % interval')
  console.log(table([['', 'against', 'measured', 'goal', ''], ...rows]))
  const others = goals.filter((goal) => missedBy(goal) === undefined)
  if (others.length > 0) console.log(`  Not measured: ${others.map(({ what }) => what).join('; ')}`)
}
