import { expect, test } from 'vitest'
import type { Guest } from '../../../src/host/guest.ts'
import { Spares, type SparesPlan } from '../../../src/host/spares.ts'

/** Counts workers that are made, and those that are killed. */
function counted(plan: SparesPlan): {
  readonly spares: Spares
  readonly made: () => number
  readonly killed: () => number
} {
  let [made, killed] = [0, 0]
  const start = async (): Promise<Guest> => {
    made += 1
    const guest = { number: made, kill: () => (killed += 1), ended: Promise.resolve() }
    return guest as unknown as Guest
  }
  return { spares: new Spares(start, plan), made: () => made, killed: () => killed }
}

test('so many wait as may run at once, and never more than files come', async () => {
  const { spares, made, killed } = counted({ ahead: 2, always: 0 })
  spares.expect(3)
  expect(made()).toBe(2)
  const taken = [await spares.take(), await spares.take()]
  expect(made()).toBe(3)
  taken.push(await spares.take())
  expect(made()).toBe(3)
  expect(new Set(taken).size).toBe(3)
  await spares.close()
  expect(killed()).toBe(0)
})

test('who comes unexpected gets one too, and in watch mode at once', async () => {
  const none = counted({ ahead: 4, always: 0 })
  await none.spares.take()
  expect(none.made()).toBe(1)
  const watching = counted({ ahead: 4, always: 1 })
  watching.spares.expect(0)
  expect(watching.made()).toBe(1)
  await watching.spares.take()
  expect(watching.made()).toBe(2)
})

test('those that wait end with it, and none is made afterwards', async () => {
  const { spares, made, killed } = counted({ ahead: 2, always: 1 })
  spares.expect(5)
  await spares.close()
  expect(killed()).toBe(2)
  spares.expect(5)
  expect(made()).toBe(2)
})
