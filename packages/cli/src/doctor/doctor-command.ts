import { inspectHost } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { writeBytes } from '../write-bytes.ts'
import { describeHost } from './table.ts'

/** Adds `mayfly doctor`; its status is 0 where a sandbox can be had, and 1 where something required is missing. */
export function addDoctorCommand(program: Command, end: (status: number) => void): void {
  program
    .command('doctor')
    .description('Tells, feature by feature, what this host can enforce, why, and how to mend what it cannot.')
    .summary('tell what this host can enforce, and how to mend what it cannot')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExit status: 0 if everything that is required is enforced, 1 if not.')
    .action(async ({ json }: { readonly json?: true }) => {
      const report = await inspectHost()
      const text = json ? `${JSON.stringify(report, null, 2)}\n` : describeHost(report)
      await writeBytes(process.stdout, new TextEncoder().encode(text))
      end(report.supported ? 0 : 1)
    })
}
