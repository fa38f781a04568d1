import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from 'vitest'

test('asks a machine outside', async () => {
  await new Promise((resolve) => connect(443, '203.0.113.7').on('error', resolve))
})

test('leaves a file beside itself', () => {
  writeFileSync(new URL('left-over.mjs', import.meta.url), '')
})

test('writes where it may', () => {
  expect(() => writeFileSync('/tmp/a-file', 'x')).not.toThrow()
})
