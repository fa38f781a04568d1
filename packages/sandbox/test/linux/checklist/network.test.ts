import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { needs } from '@mayfly/test-support'
import { createSandbox, type RunOptions, type SandboxOptions } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { failureOf } from '../support/failure.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { problemsWith } from './support/hostile.ts'

const sandbox = useSandbox()

const connectScript = [
  'import socket, sys',
  'try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 5); print("connected")',
  'except OSError as error: print(error.strerror)',
].join('\n')

async function connect(host: string, port: number, options: RunOptions = {}): Promise<string> {
  return String((await sandbox().run(['python3', '-c', connectScript, host, `${port}`], {}, options)).stdout).trim()
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

/** Whether the host has IPv6, and so a new network namespace too. */
const hasIpv6 = existsSync('/proc/net/if_inet6')

/** A server and a client of it in one container; says what came back. */
const talk = [
  'import socket, sys, threading',
  'v6 = ":" in sys.argv[1]',
  'family = socket.AF_INET6 if v6 else socket.AF_INET',
  'server = socket.create_server((sys.argv[1], 0), family=family, dualstack_ipv6=v6)',
  'def serve():',
  '    with server.accept()[0] as other: other.sendall(b"heard")',
  'threading.Thread(target=serve).start()',
  'with socket.create_connection((sys.argv[2], server.getsockname()[1])) as own: print(own.recv(5).decode())',
].join('\n')

const loopback = { network: 'loopback' } as const

for (const [family, listensOn, connectsTo] of [
  ['IPv4', '127.0.0.1', '127.0.0.1'],
  ['IPv4', '0.0.0.0', '127.1.2.3'],
  ['IPv6', '::1', '::1'],
  ['IPv6', '::', '::ffff:127.0.0.1'],
] as const) {
  test(`47: loopback reaches the container itself: a server on ${listensOn}, by ${connectsTo}`, async (context) => {
    needs(context, family === 'IPv4' || hasIpv6, 'the host has no IPv6')
    const result = await sandbox().run(['python3', '-c', talk, listensOn, connectsTo], {}, loopback)
    expect(String(result.stdout)).toBe('heard\n')
    expect(result).toMatchObject({ exitCode: 0, violations: [], refusalCount: 0 })
  })
}

test('47: loopback does not reach the host’s, nor another container’s', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '0.0.0.0')
  await once(server, 'listening')
  try {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await connect('127.0.0.1', port, loopback)).toBe('Connection refused')
    expect(await connect('::ffff:127.0.0.1', port, loopback)).toMatch(/Connection refused|Address family not supported/)
  } finally {
    server.close()
  }
  // a server in one container, while another one looks for it
  const serve = 'import socket\ns = socket.create_server(("127.0.0.1", 4711))\nprint("up", flush=True)\ns.accept()'
  await using other = await sandbox().spawn(['python3', '-c', serve], {}, loopback)
  for await (const bytes of other.stdout) {
    expect(String(Buffer.from(bytes))).toBe('up\n')
    break
  }
  expect(await connect('127.0.0.1', 4711, loopback)).toBe('Connection refused')
  other.kill()
})

test('47: loopback leads nowhere else, and what is tried there is told', async () => {
  for (const host of ['93.184.216.34', '169.254.169.254', '10.0.0.1', '128.0.0.1', '126.255.255.255']) {
    const result = await sandbox().run(['python3', '-c', connectScript, host, '80'], {}, loopback)
    expect(String(result.stdout).trim()).toBe('Network is unreachable')
    expect(result.violations).toMatchObject([{ call: 'connect', detail: `inet ${host}:80`, count: 1 }])
  }
  const result = await sandbox().run(['python3', '-c', connectScript, '::ffff:10.0.0.1', '80'], {}, loopback)
  expect(String(result.stdout).trim()).toMatch(/Network is unreachable|Address family not supported/)
})

test('47: loopback is the only device, and its addresses and routes the only ones', async () => {
  const script = [
    'grep -v "Inter-\\|face" /proc/self/net/dev | cut -d: -f1',
    'cat /proc/self/net/route | tail -n +2; cut -d" " -f1,6- /proc/self/net/if_inet6 2>/dev/null; true',
  ].join('; ')
  const lines = String((await sandbox().run(['/bin/sh', '-c', script], {}, loopback)).stdout)
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
    .filter(Boolean)
  expect(lines).toEqual(['lo', ...(hasIpv6 ? ['00000000000000000000000000000001 lo'] : [])])
})

test('47: loopback does not let a command change the device, or make another', async () => {
  const script = [
    'import fcntl, socket, struct',
    'def attempt(request, flags):',
    '    try: fcntl.ioctl(socket.socket(), request, struct.pack("16sH14s", b"lo", flags, b"")); print("done")',
    '    except OSError as error: print(error.strerror)',
    'attempt(0x8914, 0)', // SIOCSIFFLAGS
    'attempt(0x8916, 2)', // SIOCSIFADDR
    'try: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)',
    'except OSError as error: print(error.strerror)',
    'try: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)',
    'except OSError as error: print(error.strerror)',
  ].join('\n')
  const result = await sandbox().run(['python3', '-c', script], {}, loopback)
  expect(String(result.stdout)).toBe('Operation not permitted\n'.repeat(4))
})

test('47: loopback is up for the runs that ask for it, and for no other', async () => {
  expect(await connect('127.0.0.1', 1, loopback)).toBe('Connection refused')
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
