import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Printed } from './printed.ts'
import type { SmallProject } from './small-projects.ts'

/** The versions of Vitest that the plugin is for, by the names under which the package has them. */
const versions = { 5: 'vitest', 4: 'vitest-4' } as const
export type Version = keyof typeof versions

/** What a run of Vitest said. */
export interface VitestRun {
  readonly status: number | null
  readonly output: string
  /** By file and full name. */
  readonly tests: ReadonlyMap<string, ReportedTest>
  readonly files: ReadonlyMap<string, { readonly status: string; readonly message: string }>
}

/** A run that a debugger may come to. */
export interface Debugged {
  readonly printed: Printed
  readonly ended: Promise<VitestRun>
}

interface ReportedTest {
  readonly status: string
  readonly messages: string
  readonly meta: Readonly<Record<string, unknown>>
}

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[] | null
      readonly meta: Readonly<Record<string, unknown>>
    }[]
  }[]
}

const packageDirectory = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)

/** A project in a directory of its own, with the plugin and a Vitest as its packages. */
export class Project implements Disposable {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'mayfly-test-vitest-')))
  readonly #vitest: string
  readonly #user: number | undefined

  /** `user`, whose project it is, runs Vitest; without it this user does. */
  constructor(version: Version, files: Readonly<Record<string, string>>, user?: number) {
    this.#user = user
    this.#vitest = realpathSync(dirname(require.resolve(`${versions[version]}/package.json`)))
    this.write({ 'package.json': '{ "type": "module", "private": true }', ...files })
    const modules = join(this.directory, 'node_modules')
    mkdirSync(join(modules, '@mayfly'), { recursive: true })
    symlinkSync(this.#vitest, join(modules, 'vitest'))
    symlinkSync(packageDirectory, join(modules, '@mayfly', 'vitest-plugin'))
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.directory, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
  }

  read(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8')
  }

  /** Runs its tests; without options the plugin is left out, as with forks. */
  async run(
    options: object | undefined,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    test: object = {},
  ): Promise<VitestRun> {
    return this.runConfigured(configOf(options, test), args, env)
  }

  /** The same, of a config as it is written. */
  async runConfigured(
    config: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<VitestRun> {
    const report = this.#newReport()
    const { status, output } = await this.#vitestOf(config, ['run', ...report.args, ...args], env)
    return { status, output, ...readReport(report.path, this.directory, output) }
  }

  /** Runs its tests for a debugger, at a port that whoever listens there is given; each file prints its own. */
  debug(options: object | undefined, args: readonly string[]): Debugged {
    const report = this.#newReport()
    this.write({ 'vitest.config.mjs': configOf(options, { inspector: { host: '127.0.0.1', port: 0 } }) })
    const all = [join(this.#vitest, 'vitest.mjs'), 'run', ...report.args, '--no-file-parallelism', ...args]
    const child = launched(all, this.directory, {}, undefined)
    const [printed, closed] = [new Printed(child.stdout, child.stderr), once(child, 'close')]
    const end = async (): Promise<VitestRun> => {
      const output = await printed.rest()
      const [status] = (await closed) as [number | null]
      return { status, output, ...readReport(report.path, this.directory, output) }
    }
    return { printed, ended: end() }
  }

  /** Runs a small project as a person would, with the reporters that it says. */
  async execute(
    options: object | undefined,
    { command = 'run', args = [], test = {} }: SmallProject,
  ): Promise<{ readonly status: number | null; readonly output: string }> {
    return this.#vitestOf(configOf(options, { slowTestThreshold: 60_000, ...test }), [command, ...args], {})
  }

  /** Starts Vitest and leaves it running. */
  start(options: object | undefined, args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
    this.write({ 'vitest.config.mjs': configOf(options, {}) })
    return spawn(process.execPath, [join(this.#vitest, 'vitest.mjs'), ...args], {
      ...{ cwd: this.directory, stdio: ['pipe', 'pipe', 'ignore'], timeout: 100_000, killSignal: 'SIGKILL' },
      env: environment({}),
    })
  }

  #newReport(): { readonly path: string; readonly args: readonly string[] } {
    const path = join(this.directory, 'report.json')
    rmSync(path, { force: true })
    return { path, args: ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`] }
  }

  async #vitestOf(
    config: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number | null; readonly output: string }> {
    this.write({ 'vitest.config.mjs': config })
    if (this.#user !== undefined) execFileSync('chown', ['-R', String(this.#user), this.directory])
    return executed([join(this.#vitest, 'vitest.mjs'), ...args], this.directory, env, this.#user)
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

function configOf(options: object | undefined, test: object): string {
  const plugins = options === undefined ? '' : `sandbox(${JSON.stringify(options)})`
  return `import { sandbox } from '@mayfly/vitest-plugin'\nexport default { plugins: [${plugins}], test: ${JSON.stringify(test)} }\n`
}

/** None of the Vitest that runs this, and no colours. */
function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, VITEST: _v, FORCE_COLOR: _f, FORCE_TTY: _t, ...inherited } = process.env
  return { ...inherited, CI: '', NO_COLOR: '1', ...env }
}

function launched(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  user: number | undefined,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [...args], {
    ...{ cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000, killSignal: 'SIGKILL' },
    ...(user === undefined ? {} : { uid: user, gid: user }),
    env: environment(env),
  })
}

async function executed(
  ...[args, cwd, env, user]: Parameters<typeof launched>
): Promise<{ readonly status: number | null; readonly output: string }> {
  const child = launched(args, cwd, env, user)
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, output: Buffer.concat(chunks).toString('utf8') }
}

function readReport(path: string, root: string, output: string): Pick<VitestRun, 'tests' | 'files'> {
  let report: JsonReport
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as JsonReport
  } catch (cause) {
    throw new Error(`Vitest reported nothing:\n${output}`, { cause })
  }
  const files = report.testResults.map(({ name, status, message, assertionResults }) => {
    return { name: name.slice(root.length + 1), status, message, assertionResults }
  })
  return {
    files: new Map(files.map(({ name, status, message }) => [name, { status, message }])),
    tests: new Map(
      files.flatMap(({ name, assertionResults }) =>
        assertionResults.map(({ fullName, status, failureMessages, meta }) => [
          `${name} ${fullName}`,
          { status, messages: (failureMessages ?? []).join('\n'), meta },
        ]),
      ),
    ),
  }
}
