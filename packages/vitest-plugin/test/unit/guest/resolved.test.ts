import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { needs } from '@mayfly/test-support'
import { afterEach, beforeEach, expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../../src/guest/resolved.ts', import.meta.url))

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-test-resolved-'))
  mkdirSync(join(directory, 'node_modules', 'dep'), { recursive: true })
  write('package.json', '{ "type": "module" }')
  write('node_modules/dep/package.json', '{ "type": "module", "exports": "./first.js" }')
  for (const name of ['first', 'second']) write(`node_modules/dep/${name}.js`, `export default '${name}'`)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(name: string, content: string): void {
  writeFileSync(join(directory, name), content)
}

/** What a program prints that has the functions, in a Node of its own. */
function printed(program: string): string {
  write('main.mjs', `import { recordResolved, useResolved } from '${source}'\n${program}`)
  const { stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', 'main.mjs'], {
    ...{ cwd: directory, encoding: 'utf8' },
  })
  expect(stderr).toBe('')
  return stdout.trim()
}

const recorded = `const write = recordResolved('.'); await import('dep'); write()`

test('what was found once is not looked for again, until that is ended', ({ skip }) => {
  needs({ skip }, 'registerHooks' in module, 'Node has no hooks before 22.15')
  printed(recorded)
  write('node_modules/dep/package.json', '{ "type": "module", "exports": "./second.js" }')
  const program = `const done = useResolved('.')
const before = await import('dep')
done()
const after = await import('dep')
console.log(before.default, after.default)`
  expect(printed(program)).toBe('first second')
})

test('what was never found is looked for', ({ skip }) => {
  needs({ skip }, 'registerHooks' in module, 'Node has no hooks before 22.15')
  printed(recorded)
  const kept = JSON.parse(readFileSync(join(directory, 'resolved.json'), 'utf8')) as object
  expect(Object.values(kept)).toEqual([[expect.stringMatching(/^file:.*\/dep\/first\.js$/), 'module']])
  write('resolved.json', '{}')
  expect(printed(`useResolved('.'); console.log((await import('dep')).default)`)).toBe('first')
})

test('where nothing was kept yet, all is looked for', () => {
  expect(printed(`useResolved('./none')(); console.log((await import('dep')).default)`)).toBe('first')
})
