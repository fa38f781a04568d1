import { expect, test } from 'vitest'
import { compareTexts, type TextCompare } from '../../src/compare/texts.ts'

const cases: readonly (readonly [TextCompare, string, string, string])[] = [
  [{ kind: 'exact' }, 'a\n', 'a\n', 'accepted'],
  [{ kind: 'exact' }, 'a\n', 'a', 'wrong'],
  [{ kind: 'lines' }, 'a\nb\n', 'a  \nb\n\n', 'accepted'],
  [{ kind: 'lines' }, 'a\nb\n', 'a\n\nb\n', 'wrong'],
  [{ kind: 'lines' }, 'a\n', 'a\nb\n', 'wrong'],
  [{ kind: 'trimmed' }, 'a b\n', '\n a b', 'accepted'],
  [{ kind: 'trimmed' }, 'a b', 'a  b', 'wrong'],
  [{ kind: 'unordered' }, '1 2 2', '2\n1 2', 'accepted'],
  [{ kind: 'unordered' }, '1 2 2', '1 1 2', 'wrong'],
  [{ kind: 'unordered', lines: true }, '1 2\n3\n', '3\n1 2\n', 'accepted'],
  [{ kind: 'unordered', lines: true }, '1 2\n3\n', '3\n2 1\n', 'wrong'],
  [{ kind: 'json' }, '{"a":[1,2],"b":null}', ' {"b":null, "a":[1,2]}', 'accepted'],
  [{ kind: 'json' }, '{"a":1}', '{"a":1,"__proto__":2}', 'wrong'],
  [{ kind: 'json' }, '[1]', '[1', 'wrong'],
  [{ kind: 'json', absoluteTolerance: 0.1 }, '[1]', '[1.05]', 'accepted'],
  [{ kind: 'regex' }, 'a+b', 'aaab\n', 'accepted'],
  [{ kind: 'regex' }, 'a|b', 'ab', 'wrong'],
  [{ kind: 'exact' }, 'a', '', 'noOutput'],
]

test.each(cases)('%o: %j against %j is %s', (compare, answer, output, kind) => {
  expect(compareTexts(compare, Buffer.from(answer), Buffer.from(output)).kind).toBe(kind)
})
