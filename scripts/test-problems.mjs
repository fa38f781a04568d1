// Verifies every problem package in fixtures/ and every example, one after the other: what takes too long for `npm test`.
// The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { root } from './setup/say.mjs'

const folders = [
  ...readdirSync(new URL('fixtures/problems/', root)).map((name) => `fixtures/problems/${name}`),
  'fixtures/courses/javascript',
  'examples/course',
  'examples/exercism/exercises/leap',
  'examples/contest',
]

const failed = folders.filter((folder) => {
  console.log(`== ${folder}`)
  const args = ['packages/cli/bin/mayfly.js', 'verify', folder]
  const options = { cwd: fileURLToPath(root), stdio: ['ignore', 'inherit', 'inherit'] }
  return spawnSync(process.execPath, args, options).status !== 0
})
for (const folder of failed) console.log(`FAILED  ${folder}`)
console.log(`${folders.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
