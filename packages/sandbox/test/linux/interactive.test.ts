import type { ConnectOptions, ConnectResult, Limits } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { fixtureFiles } from './support/commands.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

/** A judge of "guess the number", on the left, and who guesses, on the right. */
async function play(
  player: string,
  limits: { readonly judge?: Partial<Limits>; readonly player?: Partial<Limits> } = {},
  options?: ConnectOptions,
): Promise<ConnectResult> {
  const judge = { argv: ['./guess-judge', '371'], files: await fixtureFiles('interactive', 'guess-judge') }
  const command = { argv: [`./${player}`], files: await fixtureFiles('interactive', player) }
  return sandbox().connect(
    { command: judge, limits: limits.judge ?? {} },
    { command, limits: limits.player ?? {} },
    options,
  )
}

const accepted = { status: 'exited', exitCode: 42 }
const wrong = { status: 'exited', exitCode: 43 }

describe('guess the number:', () => {
  test('who guesses well is told so, and both end well', async () => {
    const { left, right, transcript } = await play('guesser', {}, { transcriptBytes: 4096 })
    expect(left).toMatchObject(accepted)
    expect(right).toMatchObject({ status: 'exited', exitCode: 0 })
    const said = transcript?.entries.map(({ from, bytes }) => `${from}: ${String(Buffer.from(bytes))}`) ?? []
    expect(said.slice(0, 3)).toEqual(['right: 500\n', 'left: lower\n', 'right: 250\n'])
    expect(said.at(-1)).toBe('left: correct\n')
  })

  test('a babbler is wrong, and meets SIGPIPE once the judge has left', async () => {
    expect(await play('babbler')).toMatchObject({
      left: wrong,
      right: { status: 'signaled', signal: 'SIGPIPE' },
      endedFirst: 'left',
    })
  })

  test('the judge of one that leaves early meets the end of its input', async () => {
    expect(await play('early-leaver')).toMatchObject({
      left: wrong,
      right: { status: 'exited', exitCode: 0 },
      endedFirst: 'right',
    })
  })

  test('one that never flushes is ended by its own limit, and the judge then by itself', async () => {
    expect(await play('never-flushes', { player: { idleTimeMs: 200 } })).toMatchObject({
      left: wrong,
      right: { status: 'limited', limit: 'idleTime' },
      endedFirst: 'right',
      rightToLeft: { bytes: 0, endedBy: 'right' },
    })
  })

  test('a judge that has less patience is the one that ends first', async () => {
    expect(await play('never-flushes', { judge: { idleTimeMs: 200 } })).toMatchObject({
      left: { status: 'limited', limit: 'idleTime' },
      // at its end it flushes
      right: { status: 'signaled', signal: 'SIGPIPE' },
      endedFirst: 'left',
    })
  })

  test('one that floods is ended by its output', async () => {
    expect(await play('flooder', { player: { outputBytes: 100_000 } })).toMatchObject({
      left: wrong,
      right: { status: 'limited', limit: 'output', evidence: { source: 'bytes', limit: 100_000, measured: 100_001 } },
      endedFirst: 'right',
      rightToLeft: { bytes: 100_001, endedBy: 'right' },
    })
  })
})
