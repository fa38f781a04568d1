// Prints the pattern of names that takes a test of each line of the isolation checklist: the first that quotes it, and
// rather one that is not made of a table. Reads what `vitest list --json` prints.
import { text } from 'node:stream/consumers'

const escape = (title) => title.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

/** Titles are listed as they are written: what is put into them may be anything. */
const patternOf = (title) =>
  title
    .split(/\$\{[^}]*\}/)
    .map(escape)
    .join('.*')

const titles = JSON.parse(await text(process.stdin)).map(({ name }) => name.split(' > ').at(-1))
const chosen = new Map()
for (const title of [...titles.filter((each) => !each.includes('${')), ...titles]) {
  const line = /^\d+(?=: )/.exec(title)?.[0]
  if (line !== undefined && !chosen.has(line)) chosen.set(line, patternOf(title))
}
if (chosen.size === 0) throw new Error('vitest list names no test that begins with the number of a line')
console.log(`(?:^| )(?:${[...chosen.values()].join('|')})$`)
