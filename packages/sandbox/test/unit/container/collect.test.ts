import { describe, expect, test } from 'vitest'
import { distinctPatterns, resolveCollect } from '../../../src/container/collect.ts'
import { failureMessage } from './failure-message.ts'

const patterns = (...asked: readonly string[]): readonly string[] =>
  (resolveCollect(asked, undefined)?.patterns ?? []).map(({ kind, text }) => `${kind} ${text}`)

describe('what to collect', () => {
  test('is a path, or a pattern where it has a star or a question mark', () => {
    expect(patterns('a', './d//b', '*.txt', 'd/?', '**', 'a[1]{2}')).toEqual([
      'path a',
      'path d/b',
      'glob *.txt',
      'glob d/?',
      'glob **',
      'path a[1]{2}',
    ])
  })

  test('is a path where a backslash takes their meaning from them, and loses the backslash', () => {
    expect(patterns(String.raw`a\*\?`, String.raw`a\\b`, String.raw`\*/*`)).toEqual([
      'path a*?',
      String.raw`path a\b`,
      String.raw`glob \*/*`,
    ])
  })

  test.each(['a\\', String.raw`a\/b`, String.raw`*\\\/b`])('may not end a name with a backslash: %s', (asked) => {
    expect(failureMessage(() => resolveCollect([asked], undefined))).toContain(
      '`command.collect[0]` must have a character',
    )
  })

  test('is nothing where nothing is asked for', () => {
    expect(resolveCollect([], undefined)).toBeUndefined()
    expect(resolveCollect(undefined, undefined)).toBeUndefined()
  })

  test('is what changed where that is asked for, and no other word', () => {
    expect(resolveCollect('changes', '/d')).toEqual({ patterns: [], changes: true, to: '/d' })
    expect(failureMessage(() => resolveCollect('all' as never, undefined))).toContain(
      "`command.collect` must be a list of paths and patterns, or 'changes'",
    )
  })

  test('goes to a directory only where there is something to go', () => {
    expect(resolveCollect(['a'], '/d')).toMatchObject({ to: '/d' })
    for (const to of ['', 'a\0b', 7 as never])
      expect(failureMessage(() => resolveCollect(['a'], to))).toContain(
        '`command.collectTo` must be the path of a directory',
      )
    expect(failureMessage(() => resolveCollect(undefined, '/d'))).toContain('`command.collect` must say what goes')
  })

  test('is told to init once, and not below a directory that is told', () => {
    const plan = resolveCollect(['d/a', 'x', './x', 'd', 'dd', '*', 'd/a/b', '*'], undefined)
    expect(distinctPatterns(plan?.patterns ?? []).map(({ text }) => text)).toEqual(['x', 'd', 'dd', '*'])
  })
})
