// @sandbox {"limits":{"wallTime":"2s"}}
import { test } from 'vitest'

test('ends', () => {})

test('never ends, and lets nothing else happen', () => {
  for (;;);
})
