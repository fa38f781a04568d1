import { createServer } from 'node:net'
import { once } from 'node:events'
import { createSandbox, type SandboxOptions } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { failureOf } from '../support/failure.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { problemsWith } from './support/hostile.ts'

const sandbox = useSandbox()

async function connect(host: string, port: number): Promise<string> {
  const script = [
    'import socket, sys',
    'try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 5); print("connected")',
    'except OSError as error: print(error.strerror)',
  ].join('\n')
  return String((await sandbox().run(['python3', '-c', script, host, `${port}`])).stdout).trim()
}

test('46: a network attempt is held', async () => {
  expect(await problemsWith(sandbox(), 'a network attempt')).toEqual([])
})

test('46: a port of the host is not there', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '0.0.0.0')
  await once(server, 'listening')
  try {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(port).toBeGreaterThan(0)
    expect(await connect('127.0.0.1', port)).toBe('Network is unreachable')
    expect(await connect('::1', port)).toMatch(/Network is unreachable|Cannot assign requested address/)
  } finally {
    server.close()
  }
})

test('46: no address, route or neighbour shows', async () => {
  const script =
    'cat /proc/self/net/route /proc/self/net/arp /proc/self/net/fib_trie /proc/self/net/if_inet6 /proc/self/net/unix /proc/self/net/tcp'
  const lines = String((await sandbox().run(['/bin/sh', '-c', script])).stdout)
    .split('\n')
    .filter(Boolean)
  expect(lines.filter((line) => !/^(?:Iface|IP address|Num|\s+sl)\b/.test(line))).toEqual([])
})

test('46: an abstract socket of the host is not there', async () => {
  const name = '\0mayfly-checklist'
  const server = createServer((socket) => socket.end()).listen(name)
  await once(server, 'listening')
  try {
    const script = 'import socket\nsocket.socket(socket.AF_UNIX).connect("\\0mayfly-checklist")'
    const result = await sandbox().run(['python3', '-c', script])
    expect(String(result.stderr)).toContain('ConnectionRefusedError')
  } finally {
    server.close()
  }
})

test('47: loopback is not there yet: the option is refused, and nothing is up', async () => {
  const failure = await failureOf(createSandbox({ network: 'loopback' as 'none' }))
  expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
  expect(await connect('127.0.0.1', 1)).toBe('Network is unreachable')
})

test('48: an allow-list is not there yet: the option is refused, in every shape, and nothing is reached', async () => {
  for (const network of [{ allow: ['example.org:443'] }, { allow: [] }, ['example.org'], 'host', 'allow', true]) {
    const failure = await failureOf(createSandbox({ network } as SandboxOptions))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
  }
  for (const host of ['93.184.216.34', '169.254.169.254', '::ffff:169.254.169.254']) {
    expect(await connect(host, 80)).toBe('Network is unreachable')
  }
})
