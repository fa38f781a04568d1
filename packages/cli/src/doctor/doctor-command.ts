import { inspectHost, type HostReport } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { writeBytes } from '../write-bytes.ts'
import { describeHost } from './table.ts'

interface DoctorOptions {
  readonly json?: true
  readonly strict?: true
}

/** Adds `mayfly doctor`; its status is 0 where a sandbox can be had, and 1 where something required is missing. */
export function addDoctorCommand(program: Command, end: (status: number) => void): void {
  program
    .command('doctor')
    .description('Tells, feature by feature, what this host can enforce, why, and how to mend what it cannot.')
    .summary('tell what this host can enforce, and how to mend what it cannot')
    .option('--json', 'print it as JSON')
    .option('--strict', 'count what is additional as well')
    .addHelpText(
      'after',
      '\nExit status: 0 if everything that is required is enforced, 1 if not; with --strict, everything.',
    )
    .action(async ({ json, strict }: DoctorOptions) => {
      const report = await inspectHost()
      const text = json ? `${JSON.stringify(report, null, 2)}\n` : describeHost(report)
      await writeBytes(process.stdout, new TextEncoder().encode(text))
      end(isFit(report, strict === true) ? 0 : 1)
    })
}

function isFit({ supported, features }: HostReport, strict: boolean): boolean {
  return strict ? features.every(({ state }) => state === 'enforced') : supported
}
