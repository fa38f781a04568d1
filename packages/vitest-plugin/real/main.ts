// Runs the tests of open-source packages, as their authors published them, under forks and under the plugin, and compares
// the results test by test. Heavy: many minutes, and it fetches from npm: `node packages/vitest-plugin/real/main.ts [name…]`.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, installPlugin } from '../matrix/install.ts'
import { differencesOf, readResults, type Results } from './compare.ts'
import { day, realPackages, type RealPackage } from './packages.ts'

const base = fileURLToPath(new URL('../../../build/real', import.meta.url))

/** The package with its tests, as a project beside the packages that it needs; its tarball is the one that is meant. */
function prepare({ name, version, integrity, vitest, needs }: RealPackage): string {
  const home = join(base, name.replaceAll(/\W+/g, '-'))
  install(home, [`${name}@${version}`, `vitest@${vitest}`, ...needs], day)
  const lock = JSON.parse(readFileSync(join(home, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>
  }
  const found = lock.packages[`node_modules/${name}`]?.integrity
  if (found !== integrity) throw new Error(`${name}@${version} is ${found}, and not ${integrity}`)
  installPlugin(join(home, 'node_modules'))
  const project = join(home, 'project')
  rmSync(project, { recursive: true, force: true })
  mkdirSync(project)
  cpSync(join(home, 'node_modules', name), project, { recursive: true })
  // They extend those of a repository around the package.
  for (const each of globSync('tsconfig*.json', { cwd: project })) rmSync(join(project, each))
  return project
}

function run(
  project: string,
  { resolve = '', test, options = {}, left = {} }: RealPackage,
  pool: 'forks' | 'sandbox',
): Results {
  const plugins = pool === 'sandbox' ? `sandbox(${JSON.stringify({ report: { top: 0 }, ...options })})` : ''
  const config = JSON.stringify({ testTimeout: 60_000, ...test, exclude: Object.keys(left), pool: 'forks' })
  // Beside the package's own, which is meant for a repository around it.
  writeFileSync(
    join(project, `${pool}.config.mjs`),
    `import { sandbox } from '@mayfly/vitest-plugin'
const root = import.meta.dirname
export default { root, plugins: [${plugins}], resolve: { ${resolve} }, test: ${config} }\n`,
  )
  const report = join(project, `results-${pool}.json`)
  const { NODE_OPTIONS: _, ...env } = process.env
  const vitest = join(project, '..', 'node_modules', 'vitest', 'vitest.mjs')
  const started = performance.now()
  const args = ['run', `--config=${pool}.config.mjs`, '--reporter=json', `--outputFile=${report}`]
  const { stdout, stderr } = spawnSync(process.execPath, [vitest, ...args], {
    ...{ cwd: project, encoding: 'utf8', timeout: 1_800_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 28 },
    env: { ...env, NO_COLOR: '1', CI: '1' },
  })
  if (!existsSync(report)) throw new Error(`Vitest reported nothing: ${stdout}${stderr}`)
  return readResults(report, project, performance.now() - started)
}

function told({ tests, seconds }: Results): string {
  const counts = new Map<string, number>()
  for (const { status } of tests.values()) counts.set(status, (counts.get(status) ?? 0) + 1)
  const all = [...counts].map(([status, count]) => `${count} ${status}`)
  return `${all.join(', ')} in ${seconds.toFixed(1)} s`
}

const names = process.argv.slice(2)
const chosen = realPackages.filter(({ name }) => names.length === 0 || names.includes(name))
if (chosen.length === 0) throw new Error(`there is ${realPackages.map(({ name }) => name).join(', ')}`)
let different = 0
for (const each of chosen) {
  const project = prepare(each)
  const [forks, sandboxed] = [run(project, each, 'forks'), run(project, each, 'sandbox')]
  const differences = differencesOf(forks, sandboxed)
  if (differences.length > 0) different += 1
  console.log(`${each.name} ${each.version}, Vitest ${each.vitest}, ${forks.files} files`)
  console.log(`    forks:   ${told(forks)}\n    sandbox: ${told(sandboxed)}`)
  for (const [file, why] of Object.entries(each.left ?? {})) console.log(`    left out: ${file}: ${why}`)
  console.log(
    [differences.length === 0 ? '    the same' : '    DIFFERENT', ...differences.slice(0, 60)].join('\n        '),
  )
}
console.log(`${chosen.length - different} the same, ${different} different`)
process.exitCode = different === 0 ? 0 : 1
