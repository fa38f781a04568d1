import type { LanguageReport } from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { writeBytes } from '../write-bytes.ts'
import { alignRows } from './table.ts'

/** Adds `mayfly languages`. */
export function addLanguagesCommand(program: Command, end: (status: number) => void): void {
  program
    .command('languages')
    .summary('list the languages that can be judged here')
    .description('Lists the languages that submissions may be in, and what of them is installed.')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { readonly json?: true }) => {
      const { createGrader, visibleLine } = await import('@mayfly/grader')
      await using sandbox = await createSandbox()
      await using grader = createGrader({ sandbox })
      const list = await grader.languages()
      const text =
        json === true ? JSON.stringify(list, null, 2) : describeLanguages(list, (version) => visibleLine(version, 60))
      await writeBytes(process.stdout, new TextEncoder().encode(`${text}\n`))
      end(0)
    })
}

function describeLanguages(list: readonly LanguageReport[], visible: (text: string) => string): string {
  const rows = list.map(({ id, name, installed, version, missing, extensions }) => {
    const there = installed ? visible(version ?? '') : `not installed: no ${missing.join(', ')}`
    return [id, name, extensions.map((extension) => `.${extension}`).join(' '), there]
  })
  return alignRows(rows).join('\n')
}
