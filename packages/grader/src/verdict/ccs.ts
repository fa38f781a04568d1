import type { Big } from './verdict.ts'

/** A judgement type of the ICPC's Contest Control System. */
export interface JudgementType {
  readonly id: string
  readonly name: string
  /** Its translation to the five that every system knows; undefined where there is none. */
  readonly big: Big | undefined
  readonly solved: boolean
}

const rows: readonly (readonly [Big | undefined, Readonly<Record<string, string>>])[] = [
  ['AC', { AC: 'Accepted', APE: 'Accepted - Presentation Error' }],
  [
    'WA',
    {
      RE: 'Rejected',
      WA: 'Wrong Answer',
      OLE: 'Output Limit Exceeded',
      PE: 'Presentation Error',
      EO: 'Excessive Output',
      IO: 'Incomplete Output',
      NO: 'No Output',
    },
  ],
  [
    'TLE',
    {
      TLE: 'Time Limit Exceeded',
      WTL: 'Wallclock Time Limit Exceeded',
      ILE: 'Idleness Limit Exceeded',
      TCO: 'Time Limit Exceeded - Correct Output',
      TWA: 'Time Limit Exceeded - Wrong Answer',
      TPE: 'Time Limit Exceeded - Presentation Error',
      TEO: 'Time Limit Exceeded - Excessive Output',
      TIO: 'Time Limit Exceeded - Incomplete Output',
      TNO: 'Time Limit Exceeded - No Output',
    },
  ],
  [
    'RTE',
    {
      RTE: 'Run-Time Error',
      MLE: 'Memory Limit Exceeded',
      SV: 'Security Violation',
      IF: 'Illegal Function',
      RCO: 'Run-Time Error - Correct Output',
      RWA: 'Run-Time Error - Wrong Answer',
      RPE: 'Run-Time Error - Presentation Error',
      REO: 'Run-Time Error - Excessive Output',
      RIO: 'Run-Time Error - Incomplete Output',
      RNO: 'Run-Time Error - No Output',
    },
  ],
  ['CE', { CE: 'Compile Error', CTL: 'Compile Time Limit Exceeded' }],
  [undefined, { JE: 'Judging Error', SE: 'Submission Error', CS: 'Contact Staff' }],
]

/** The judgement types of the CCS specification, all of them. */
export const judgementTypes: ReadonlyMap<string, JudgementType> = new Map(
  rows.flatMap(([big, names]) =>
    Object.entries(names).map(([id, name]) => [id, { id, name, big, solved: big === 'AC' }] as const),
  ),
)
