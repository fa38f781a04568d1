import { once } from 'node:events'

import { expect, test } from 'vitest'

import { finish, start } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

sandboxTest('a command that does not read its input ends although the input stays open', async () => {
  const child = start(['run', 'echo', 'done'])
  const finished = await finish(child, once(child, 'close'))
  expect(finished).toMatchObject({ status: 0, stderr: '' })
  expect(String(finished.stdout)).toBe('done\n')
  child.stdin?.destroy()
})

sandboxTest('input that comes in pieces arrives as it comes, and its end is seen', async () => {
  const child = start(['run', 'sh', '-c', 'read line; echo "first: $line"; cat'])
  child.stdin?.write('a\n')
  await new Promise(setImmediate)
  child.stdin?.end('b\n')
  expect(String((await finish(child, once(child, 'close'))).stdout)).toBe('first: a\nb\n')
})

sandboxTest('a reader that goes away ends it quietly', async () => {
  const child = start(['run', 'sh', '-c', 'yes | head -c 1000000; exit 5'])
  child.stdout?.destroy()
  child.stdin?.end()
  const ended = once(child, 'exit')
  let stderr = ''
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  expect(await ended).toEqual([5, null])
  expect(stderr).toBe('')
})

test('help that nobody reads is no failure', async () => {
  const child = start(['run', '--help'])
  child.stdout?.destroy()
  let stderr = ''
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  expect(await once(child, 'close')).toEqual([0, null])
  expect(stderr).toBe('')
})
