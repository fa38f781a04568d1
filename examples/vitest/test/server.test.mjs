import { createServer } from 'node:http'
import { expect, test } from 'vitest'

test('talks to a server of its own', async () => {
  const server = createServer((_, response) => response.end('hello'))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const response = await fetch(`http://127.0.0.1:${server.address().port}`)
  expect(await response.text()).toBe('hello')
  server.close()
})
