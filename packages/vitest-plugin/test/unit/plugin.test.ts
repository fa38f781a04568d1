import { expect, test } from 'vitest'
import { sandbox } from '../../src/index.ts'

type Configure = (context: object) => Promise<void>

function configured(version: string, config: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const project = { name: '', config: { ...config } }
  const configure = sandbox().configureVitest as unknown as Configure
  return configure({ project, vitest: { version, config: { reporters: [] } } }).then(() => project.config)
}

test('a project that runs in a browser is left as it is', async () => {
  const config = { browser: { enabled: true }, isolate: false, pool: 'threads' }
  expect(await configured('5.1.1', config)).toEqual(config)
})

test.each(['4.0.9', '3.2.4', '6.0.0'])('Vitest %s is refused by name', async (version) => {
  await expect(configured(version, { browser: { enabled: false } })).rejects.toThrow(
    `@mayfly/vitest-plugin works with Vitest 4.1 and later, and 5; this is ${version}`,
  )
})
