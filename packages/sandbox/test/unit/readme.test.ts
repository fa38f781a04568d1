import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { resolveLimits } from '../../src/limits.ts'
import { roomyHost } from './container/limits.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test('the example in the README is the one that is run', () => {
  const example = readFileSync(new URL('../../../../examples/readme.mjs', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/^```\w+\n(.*?)^```$/gms)].map((match) => match[1])
  expect(blocks).toEqual([example])
})

test('the README names every limit', () => {
  const names = Object.keys(resolveLimits({}, roomyHost))
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})
