import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const plugin = fileURLToPath(new URL('..', import.meta.url))

/** Packages of npm's by name and version in `directory`, once; none newer than `before`, where that is said. */
export function install(directory: string, packages: readonly string[], before?: string): void {
  const stamp = join(directory, 'installed')
  const wanted = [...packages, ...(before === undefined ? [] : [`before ${before}`])].join(' ')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), '{ "private": true }')
  const options = [
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    ...(before === undefined ? [] : [`--before=${before}`]),
  ]
  const { status } = spawnSync('npm', ['install', ...options, ...packages], { cwd: directory, stdio: 'inherit' })
  if (status !== 0) throw new Error(`npm could not install ${packages.join(' ')}`)
  writeFileSync(stamp, wanted)
}

/** As npm would install it: a directory, not a link into the workspace. */
export function installPlugin(modules: string): void {
  const target = join(modules, '@mayfly', 'vitest-plugin')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const name of ['package.json', 'dist']) cpSync(join(plugin, name), join(target, name), { recursive: true })
  rmSync(join(modules, '@mayfly', 'sandbox'), { force: true })
  symlinkSync(realpathSync(join(plugin, 'node_modules', '@mayfly', 'sandbox')), join(modules, '@mayfly', 'sandbox'))
  const picomatch = join(modules, 'picomatch')
  if (!existsSync(picomatch)) symlinkSync(realpathSync(join(plugin, 'node_modules', 'picomatch')), picomatch)
}
