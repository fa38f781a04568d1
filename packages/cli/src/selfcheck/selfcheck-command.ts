import { createSandbox, type HostFeature } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { addFeatures } from '../parse/features.ts'
import { writeBytes } from '../write-bytes.ts'
import { check, describeFinding, describeTally, tally } from './check.ts'
import type { Finding } from './finding.ts'
import type { Line } from './line.ts'
import { lines } from './lines.ts'

interface SelfcheckOptions {
  readonly json?: true
  readonly allowMissing: readonly HostFeature[]
}

/** Adds `mayfly selfcheck`; its status is 0 where no line failed, and 1 where one did. */
export function addSelfcheckCommand(program: Command, end: (status: number) => void): void {
  program
    .command('selfcheck')
    .description('Looks from inside containers of this host whether each line of the isolation checklist holds.')
    .summary('see from inside whether isolation holds on this host')
    .option('--json', 'print it as JSON')
    .option(
      '--allow-missing <features>',
      'do without these protections, by their names in `mayfly doctor`',
      (text, earlier: readonly HostFeature[]) => addFeatures(earlier, text),
      [],
    )
    .addHelpText('after', '\nExit status: 0 if no line failed, 1 if one did, 125 if no container can be made here.')
    .action(async ({ json, allowMissing }: SelfcheckOptions) => {
      const findings = await checkAll(allowMissing, json === true ? undefined : print)
      const counts = tally(findings.map(({ finding }) => finding))
      const text =
        json === true ? JSON.stringify({ lines: findings.map(plain), ...counts }, null, 2) : describeTally(counts)
      await print(text)
      end(counts.fail === 0 ? 0 : 1)
    })
}

interface Looked {
  readonly line: Line
  readonly finding: Finding
}

async function checkAll(
  allowMissing: readonly HostFeature[],
  tell?: (text: string) => Promise<void>,
): Promise<readonly Looked[]> {
  const options = { concurrency: 2, allowMissing }
  await using sandbox = await createSandbox(options)
  await using neighbour = await createSandbox({ ...options, concurrency: 1 })
  const { missing } = await sandbox.run(['true'])
  const findings: Looked[] = []
  for (const line of lines) {
    const finding = await check(line, { sandbox, neighbour, missing })
    findings.push({ line, finding })
    await tell?.(describeFinding(line, finding))
  }
  return findings
}

function plain({ line: { number, sentence }, finding }: Looked): object {
  return { number, sentence, ...finding }
}

async function print(text: string): Promise<void> {
  await writeBytes(process.stdout, new TextEncoder().encode(`${text}\n`))
}
