import { writeFile } from 'node:fs/promises'
import { goalsOf } from './goals.ts'
import { describeMachine, measureBusyness } from './machine.ts'
import { measureParts } from './measure/all.ts'
import { type BenchOptions, resolveBenchOptions, usage } from './options.ts'
import { printGoals } from './print/goals.ts'
import { printBusyness, printMachine, printMeasurements } from './print/results.ts'
import { type BenchReport, formatReport } from './report.ts'
import { findSubjects, subjectNamed } from './subjects/all.ts'

/** Side-by-side measurements. The subjects take turns, each part in a Node process of its own. */

async function measureAll(options: BenchOptions): Promise<BenchReport> {
  const startedAt = new Date().toISOString()
  const machine = describeMachine()
  const before = await measureBusyness()
  const { names, missing } = await findSubjects(options.subjects.map(subjectNamed))
  printMachine({ machine, before, missing })
  const measurements = await measureParts(names, options, (part) => console.error(`measuring: ${part}`))
  return { startedAt, machine, before, after: await measureBusyness(), missing, ...measurements }
}

async function bench(options: BenchOptions): Promise<void> {
  const report = await measureAll(options)
  const goals = goalsOf(report)
  printMeasurements(report)
  printBusyness('\nAt the end', report.after)
  if (!options.parts.every((part) => part === 'trace')) printGoals(goals)
  if (options.json !== undefined) {
    await writeFile(options.json, formatReport({ ...report, goals }))
    console.log(`\nWritten to ${options.json}`)
  }
  if (options.report !== undefined) {
    const { renderPage } = await import('./page/page.ts') // its library is large, and is not to be measured
    await writeFile(options.report, await renderPage(report, goals))
    console.log(`\nWritten to ${options.report}`)
  }
}

const wanted = resolveBenchOptions(process.argv.slice(2))
if (wanted.kind === 'measure') await bench(wanted.options)
if (wanted.kind === 'help') console.log(usage)
if (wanted.kind === 'refused') {
  console.error(`${wanted.reason}\n\n${usage}`)
  process.exitCode = 2
}
