import { SandboxError, type Sandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { Gate } from '../../src/judge/gate.ts'
import type { Workshop } from '../../src/judge/workshop.ts'
import { InstalledLanguages } from '../../src/languages/installed.ts'

/** A workshop whose containers end as told, one after another. */
function workshopOf(ends: readonly (() => object)[]): Workshop {
  const left = [...ends]
  const run = async (): Promise<object> => Promise.resolve(left.shift()?.() ?? { status: 'none' })
  return { sandbox: { run } as unknown as Sandbox, gate: new Gate(1, 1024) } as Workshop
}

const ended = (stdout: string) => () => ({ status: 'exited', exitCode: 0, stdout })
const failed = (): never => {
  throw new SandboxError('CONTAINER_FAILED', 'no room')
}

test.each([
  ['a container that failed, twice,', [failed, failed]],
  ['a look that took too long', [() => ({ status: 'limited', limit: 'wallTime', stdout: 'a\n' })]],
])('what is installed is asked again after %s', async (_, ends) => {
  const [installed, workshop] = [new InstalledLanguages(), workshopOf([...ends, ended('b\n'), ended('')])]
  expect(await installed.lacking(workshop, ['a', 'b'])).toEqual(['container to look in'])
  expect(await installed.lacking(workshop, ['a', 'b'])).toEqual(['b'])
  expect(await installed.lacking(workshop, ['a', 'b'])).toEqual(['b'])
})
