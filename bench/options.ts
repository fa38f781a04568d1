import { parseArgs } from 'node:util'
import { subjects } from './subjects/all.ts'

/** What can be measured, in the order in which it is. */
const parts = [
  'subjects',
  'gaps',
  'sizes',
  'throughput',
  'python',
  'memory',
  'limits',
  'cpu-time',
  'compiled-once',
  'trace',
  'neighbour',
] as const

export type Part = (typeof parts)[number]

/** What the command line asks for. */
export interface BenchOptions {
  readonly subjects: readonly string[]
  readonly parts: readonly Part[]
  readonly rounds: number
  readonly isQuick: boolean
  /** Between the runs whose steps are measured. */
  readonly traceGapMs: number
  readonly json: string | undefined
  readonly report: string | undefined
}

export const usage = `npm run bench -- [options]

  --only NAME[,NAME]  only these subjects, or only these parts
                      subjects: ${subjects.map(({ name }) => name).join(', ')}
                      parts: ${parts.join(', ')}
  --rounds N          how often each subject has its turn; at least 10, without it 200
  --quick             a tenth of everything: to see that it works
  --trace             only where the time of a run goes, step by step: as --only trace
  --gap MS            for that: from the end of a run to the next one; at most 1000, without it 10
  --json FILE         writes what was measured
  --report FILE       writes a page with plots, which needs nothing but itself
  --help
`

const roundsMin = 10
const roundsStandard = 200
const roundsQuick = 20
const gapMsStandard = 10
const gapMsMax = 1000

function resolveRounds(given: string | undefined, isQuick: boolean): number {
  if (given === undefined) return isQuick ? roundsQuick : roundsStandard
  const rounds = Number(given)
  if (Number.isSafeInteger(rounds) && rounds >= roundsMin) return rounds
  throw new Error(`--rounds must be a whole number of at least ${roundsMin}, got ${given}`)
}

function resolveGap(given: string | undefined): number {
  if (given === undefined) return gapMsStandard
  const gapMs = Number(given)
  if (Number.isSafeInteger(gapMs) && gapMs >= 0 && gapMs <= gapMsMax) return gapMs
  throw new Error(`--gap must be a whole number from 0 to ${gapMsMax}, got ${given}`)
}

/** Without a name of a subject all subjects, without one of a part all parts. */
function resolveOnly(only: string | undefined): Pick<BenchOptions, 'subjects' | 'parts'> {
  const subjectNames = subjects.map(({ name }) => name)
  const named = only === undefined ? [] : only.split(',')
  const unknown = named.find((name) => !subjectNames.includes(name) && !parts.some((part) => part === name))
  if (unknown !== undefined) {
    throw new Error(
      `--only must name subjects (${subjectNames.join(', ')}) or parts (${parts.join(', ')}), got ${unknown}`,
    )
  }
  const chosen = <Name extends string>(all: readonly Name[]): readonly Name[] => {
    const some = all.filter((name) => named.includes(name))
    return some.length > 0 ? some : all
  }
  return { subjects: chosen(subjectNames), parts: chosen(parts) }
}

/** What to do, by the words after the program's name. */
export type Wanted =
  | { readonly kind: 'measure'; readonly options: BenchOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly reason: string }

const justTrace: Pick<BenchOptions, 'subjects' | 'parts'> = { subjects: ['mayfly'], parts: ['trace'] }

function parse(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
      gap: { type: 'string' },
      json: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const rounds = resolveRounds(values.rounds, values.quick)
  const traceGapMs = resolveGap(values.gap)
  const chosen = resolveOnly(values.only)
  const { quick: isQuick, json, report } = values
  return { ...chosen, ...(values.trace ? justTrace : {}), rounds, isQuick, traceGapMs, json, report }
}

export function resolveBenchOptions(args: readonly string[]): Wanted {
  try {
    const options = parse(args)
    return options === undefined ? { kind: 'help' } : { kind: 'measure', options }
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) }
  }
}
