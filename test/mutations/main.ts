import { parseArgs } from 'node:util'
import { allMutations } from './all-mutations.ts'
import type { Mutation } from './mutation.ts'
import { linePasses, tryLine } from './trial.ts'
import { Workspace } from './workspace.ts'

/**
 * Takes each protection out of a copy of the tree and demands that a test of its line of the isolation checklist fails:
 * `node --conditions=mayfly-source test/mutations/main.ts [--line N] [--match TEXT]`. Exit status 1 if one survived.
 */

const { values } = parseArgs({ options: { line: { type: 'string' }, match: { type: 'string', default: '' } } })

const chosen = allMutations
  .filter(({ line }) => values.line === undefined || line === Number(values.line))
  .filter(({ without }) => without.includes(values.match))
  .sort((a, b) => a.line - b.line)

async function fateOf(workspace: Workspace, mutation: Mutation): Promise<string> {
  if (!(await workspace.fits(mutation))) return 'does not fit'
  return workspace.with(mutation, async () => tryLine(workspace, mutation.line))
}

function isAsItShould({ stopsEverything }: Mutation, fate: string): boolean {
  return fate === (stopsEverything ? 'broken' : 'killed')
}

async function run(workspace: Workspace): Promise<number> {
  let survivors = 0
  const sound = new Map<number, boolean>()
  for (const mutation of chosen) {
    const { line, without } = mutation
    if (!sound.has(line)) sound.set(line, await linePasses(workspace, line))
    const fate = sound.get(line) ? await fateOf(workspace, mutation) : 'fails unchanged'
    const good = isAsItShould(mutation, fate)
    if (!good) survivors++
    console.log(`${`${line}`.padStart(3)}  ${fate.padEnd(16)}${good ? '  ' : '! '}without ${without}`)
  }
  return survivors
}

await using workspace = await Workspace.create()
const survivors = await run(workspace)
console.log(`${chosen.length} mutations, ${survivors} not noticed as they should be`)
process.exitCode = survivors === 0 ? 0 : 1
