import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Edit, Mutation } from './mutation.ts'

const run = promisify(execFile)

const root = fileURLToPath(new URL('../..', import.meta.url))

const copied: readonly string[] = [
  'packages',
  'test',
  'fixtures',
  'native',
  'package.json',
  'tsconfig.base.json',
  'vitest.config.ts',
]

/** Runs `program` in the copy; rejects with its output where it fails. */
async function runIn(folder: string, program: string, argv: readonly string[]): Promise<void> {
  await run(program, [...argv], { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
}

/** Others of them may end with the first. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A copy of the tree, in which one protection at a time is taken out and put back. */
export class Workspace implements AsyncDisposable {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(): Promise<Workspace> {
    const workspace = new Workspace(await mkdtemp(join(tmpdir(), 'mutations-')))
    await chmod(workspace.folder, 0o755) // tests run programs of it as other users
    for (const name of copied)
      await cp(join(root, name), join(workspace.folder, name), { recursive: true, verbatimSymlinks: true })
    await workspace.#linkPackages()
    await workspace.build()
    return workspace
  }

  /** The supervisor that was built here. */
  get supervisor(): string {
    return join(this.folder, 'native/build/mayfly-supervisor')
  }

  /** Warnings are off: what is taken out leaves names unused. */
  async build(): Promise<void> {
    await runIn(join(this.folder, 'native'), 'make', ['-j2', 'WARNINGS=-w', 'build/mayfly-supervisor'])
  }

  /** Whether each text stands where it is to be replaced, once. */
  async fits(mutation: Mutation): Promise<boolean> {
    for (const { file, find } of mutation.edits) {
      const text = await readFile(join(this.folder, file), 'utf8').catch(() => '')
      if (text.split(find).length !== 2) return false
    }
    return true
  }

  /** Does `work` with the mutation in place. */
  async with<Result>(mutation: Mutation, work: () => Promise<Result>): Promise<Result> {
    const originals = new Map<string, string>()
    const isNative = mutation.edits.some(({ file }) => file.startsWith('native/'))
    try {
      for (const edit of mutation.edits) await this.#edit(edit, originals)
      if (isNative) await this.build()
      return await work()
    } finally {
      await this.#killLeftovers()
      for (const [path, text] of originals) await writeFile(path, text)
      if (isNative) await this.build()
    }
  }

  /** What no longer ends by itself without a protection ends here; its program is gone once another is built. */
  async #killLeftovers(): Promise<void> {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const program = await readlink(`/proc/${pid}/exe`).catch(() => '')
      if (program.startsWith(`${this.folder}/native/build/`)) killIfThere(Number(pid))
    }
  }

  async #edit({ file, find, put }: Edit, originals: Map<string, string>): Promise<void> {
    const path = join(this.folder, file)
    const text = await readFile(path, 'utf8')
    if (!originals.has(path)) originals.set(path, text)
    await writeFile(
      path,
      text.replace(find, () => put),
    )
  }

  /** What is installed is shared; the packages of the workspace itself are the copies. */
  async #linkPackages(): Promise<void> {
    const [from, to] = [join(root, 'node_modules'), join(this.folder, 'node_modules')]
    await mkdir(to)
    for (const name of await readdir(from)) {
      if (name === '@mayfly' || name === 'mayfly')
        await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true })
      else if (!name.startsWith('.vite')) await symlink(join(from, name), join(to, name))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
