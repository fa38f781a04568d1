import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Command } from 'commander'
import { expect, test } from 'vitest'

import { limitNames, limitOptions } from '../../src/run/limit-options.ts'
import { addRunOptions } from '../../src/run/options.ts'
import { blocks, localLinks, readPages, repository } from '../docs.ts'

const pages = readPages()

function page(path: string): string {
  return pages.find((one) => one.path === path)?.text ?? ''
}

test.each(pages)('every link of $path leads somewhere in the repository', (one) => {
  const lost = localLinks(one).filter((path) => path.startsWith('..') || !existsSync(join(repository, path)))
  expect(lost).toEqual([])
})

test('the example of the README is the file that is run', () => {
  const [readme] = pages
  const shown = readme === undefined ? [] : blocks(readme, 'js')
  expect(shown).toEqual([readFileSync(join(repository, 'examples/readme.mjs'), 'utf8')])
})

test('no page has a block of code that nothing runs', () => {
  const languages = pages.flatMap(({ text }) => [...text.matchAll(/^```(\w+)$/gm)].map(([, name]) => name))
  expect(new Set(languages)).toEqual(new Set(['console', 'js', 'text']))
})

test('every limit and its option stand side by side in the reference', () => {
  const rows = page('docs/reference/limits.md').split('\n')
  for (const name of limitNames) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` |`))
    expect(row).toContain(`\`${limitOptions[name].flag}\``)
  }
})

test('every other option stands in the reference of the command line', () => {
  const text = page('docs/reference/cli.md')
  const limits = new Set(limitNames.map((name) => limitOptions[name].flag))
  const flags = addRunOptions(new Command()).options.map((option) => option.long ?? option.short ?? '')
  for (const flag of flags.filter((name) => !limits.has(name))) expect(text).toMatch(new RegExp(`\`${flag}[\` ]`))
})

test('every recorded host is listed as tested by record, and by what kind of record', () => {
  const rows = page('docs/reference/hosts.md')
    .split('\n')
    .filter((line) => /\| (?:recorded|written) \|$/.test(line))
  for (const file of readdirSync(join(repository, 'fixtures/hosts'))) {
    const { origin } = JSON.parse(readFileSync(join(repository, 'fixtures/hosts', file), 'utf8')) as { origin: string }
    const row = rows.find((line) => line.includes(`\`${file.replace('.json', '')}\``))
    expect(row).toMatch(origin.startsWith('recorded') ? /recorded \|$/ : /written \|$/)
  }
})
