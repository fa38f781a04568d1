import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { needs } from '@mayfly/test-support'
import { expect, test, type TestContext } from 'vitest'

import { blocks, readPages, repository } from '../docs.ts'
import { program } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

const sessions = readPages().flatMap((page) => blocks(page, 'console').map((text) => ({ path: page.path, text })))

/** Types the lines after each `$ ` into a shell in which `npx` is this program, as it stands in the source. */
async function type(session: string): Promise<string> {
  const lines = session.split('\n').filter((line) => line.startsWith('$ '))
  const quoted = [process.execPath, ...program].map((word) => `'${word}'`).join(' ')
  const script = [`npx() { shift; ${quoted} "$@"; }`, 'exec 2>&1', ...lines.map((line) => line.slice(2))].join('\n')
  const { stdout } = await promisify(execFile)('bash', ['-c', `${script}\ntrue`], { cwd: repository })
  return stdout
}

/** What a session shows, as a pattern in which `…` stands for anything. */
function pattern(session: string): RegExp {
  const shown = session.split('\n').filter((line) => !line.startsWith('$ '))
  const escaped = shown.join('\n').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('…', '[^]*')}$`)
}

function needsPython(context: Pick<TestContext, 'skip'>): void {
  needs(context, existsSync('/usr/bin/python3'), 'python3 is not installed')
}

/** What only asks the host, or the program itself, needs no sandbox. */
const asksOnly = (session: string): boolean => !/mayfly (?:run|selfcheck|grade|verify)\b/.test(session)

test.for(sessions.filter(({ text }) => asksOnly(text)))('what $path shows is what happens: $text', async ({ text }) => {
  expect(await type(text)).toMatch(pattern(text))
})

sandboxTest.for(sessions.filter(({ text }) => !asksOnly(text)))(
  'what $path shows is what happens: $text',
  async ({ text }, { skip }) => {
    if (/python3|mayfly (?:grade|verify)/.test(text)) needsPython({ skip })
    expect(await type(text)).toMatch(pattern(text))
  },
)

sandboxTest('the example of a loopback and a mount runs', async ({ skip }) => {
  needsPython({ skip })
  const example = join(repository, 'examples/loopback-and-mounts.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=mayfly-source', example])
  expect(stdout).toBe('200\n\n')
})

sandboxTest('the example of images runs', { timeout: 300_000 }, async ({ skip }) => {
  const isInstalled = ['/usr/bin', '/bin'].some((directory) => existsSync(join(directory, 'mmdebstrap')))
  needs({ skip }, isInstalled, 'mmdebstrap is not installed')
  const example = join(repository, 'examples/images.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=mayfly-source', example])
  expect(stdout).toBe('/bin /dev /etc /proc /run /tmp /usr /work\n\n')
})

sandboxTest('the example of streams runs', async () => {
  const example = join(repository, 'examples/streams.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=mayfly-source', example])
  expect(stdout).toBe('42\n2\nexit 0 after 5 bytes\n')
})

sandboxTest('the example of two commands that talk to each other runs', async ({ skip }) => {
  needsPython({ skip })
  const example = join(repository, 'examples/guess-the-number.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=mayfly-source', example])
  expect(stdout).toMatch(
    /^right: 500\nleft: lower\n(?:right: \d+\nleft: (?:higher|lower)\n)+right: 371\nleft: correct\naccepted\n$/,
  )
})

sandboxTest('the example of layers runs', async ({ skip }) => {
  needs({ skip }, existsSync('/usr/bin/g++'), 'g++ is not installed')
  const example = join(repository, 'examples/layers.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=mayfly-source', example])
  expect(stdout).toBe('3 42 0\n')
})

sandboxTest('the example of the README runs', async ({ skip }) => {
  needsPython({ skip })
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=mayfly-source',
    join(repository, 'examples/readme.mjs'),
  ])
  expect(stdout).toBe('exit 0: 42\n\n')
})
