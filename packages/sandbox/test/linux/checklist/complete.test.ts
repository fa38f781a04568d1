import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Lines of the isolation checklist; docs/ has them. */
const lineCount = 52

test('every line of the isolation checklist has a test that quotes its number', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.ts'))
  const text = files.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('\n')
  const quoted = new Set([...text.matchAll(/\btest(?:\.\w+)?\(\s*['"`](\d+): /g)].map((match) => Number(match[1])))
  const lines = Array.from({ length: lineCount }, (_, index) => index + 1)
  expect(lines.filter((line) => !quoted.has(line))).toEqual([])
})
