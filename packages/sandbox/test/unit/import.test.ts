import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const source = new URL('../../src/index.ts', import.meta.url).href

/** Imports the package on another platform, and tells what it did there. */
const program = `
  const [platform] = process.argv.slice(-1)
  if (platform !== 'linux') Object.defineProperty(process, 'platform', { value: platform })
  const natives = []
  const dlopen = process.dlopen
  process.dlopen = (...args) => { natives.push(args[1]); return dlopen(...args) }
  const { createSandbox, inspectHost } = await import(${JSON.stringify(source)})
  const loaded = [...natives]
  const { code } = platform === 'linux' ? {} : await createSandbox().catch((error) => error)
  const { supported, features } = await inspectHost()
  console.log(JSON.stringify({ loaded, code, supported, features: features.map(({ name }) => name), natives: natives.length }))
`

interface Told {
  readonly loaded: readonly string[]
  readonly code?: string
  readonly supported: boolean
  readonly features: readonly string[]
  readonly natives: number
}

async function importOn(platform: string): Promise<Told> {
  const execArgv = ['--conditions=mayfly-source', '--disable-warning=ExperimentalWarning', '--input-type=module']
  const { stdout } = await promisify(execFile)(process.execPath, [...execArgv, '-e', program, platform], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  })
  return JSON.parse(stdout) as Told
}

describe('importing the package', () => {
  test.each(['darwin', 'win32'])(
    'on %s throws nothing, loads nothing native, and says that this is not Linux',
    async (platform) => {
      expect(await importOn(platform)).toEqual({
        loaded: [],
        code: 'UNSUPPORTED_HOST',
        supported: false,
        features: ['linux'],
        natives: 0,
      })
    },
  )

  test.runIf(process.platform === 'linux')('on Linux loads nothing native until it is used', async () => {
    const { loaded, natives } = await importOn('linux')
    expect(loaded).toEqual([])
    expect(natives).toBeGreaterThan(0)
  })
})
