import { expect, test } from 'vitest'
import { globOf } from '../../src/formats/glob.ts'

test.each([
  ['accepted', 'accepted/a.py', true],
  ['accepted', 'accepted', true],
  ['accepted', 'accepted2/a.py', false],
  ['acc', 'accepted', false],
  ['*', 'accepted/a.py', true],
  ['*.py', 'accepted/a.py', false],
  ['*/*.py', 'accepted/a.py', true],
  ['*/a*', 'accepted/a', true],
  ['*/*a*', 'accepted/bab.py', true],
  ['a/*.py', 'a/b/c.py', false],
  ['a/{b,c*}.py', 'a/c1.py', true],
  ['a/{b,c*}.py', 'a/b1.py', false],
  ['a/{,b}c', 'a/c', true],
  ['{a,b}{c,d}', 'bd', true],
  ['a.py', 'abpy', false],
  ['a+(b)|$', 'a+(b)|$', true],
  ['a{b', 'a{b', true],
  ['a?', 'ab', false],
])('%s is about %s: %s', (glob, path, matches) => {
  expect(globOf(glob)(path)).toBe(matches)
})
