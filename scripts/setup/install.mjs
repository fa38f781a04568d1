import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { runQuietly } from './run.mjs'
import { root, say, stop } from './say.mjs'

const pnpm = 'pnpm@12.21.0'
const stampUrl = new URL('node_modules/.mayfly-installed', root)
const nodeUrl = new URL('node_modules/.bin/node', root)

/** Installs what the lockfile says, with pnpm through npx, unless that has been done since it last changed. */
export function installPackages() {
  const wanted = fingerprint()
  if (existsSync(nodeUrl) && existsSync(stampUrl) && readFileSync(stampUrl, 'utf8') === wanted) return
  say(`installing npm packages with ${pnpm}`)
  if (!runQuietly('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'])) {
    stop('pnpm could not install; if a package.json has changed, bring the lockfile up to date', `npx ${pnpm} install`)
  }
  if (!existsSync(nodeUrl)) stop(`Node 24 comes from npm for x64 and arm64 only, this machine is ${process.arch}`)
  writeFileSync(stampUrl, wanted)
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of manifests()) hash.update(`${file.pathname}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

function manifests() {
  const packages = readdirSync(new URL('packages/', root)).map((name) => `packages/${name}/package.json`)
  return [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'bench/package.json',
    'test/support/package.json',
    ...packages,
  ]
    .map((path) => new URL(path, root))
    .filter((url) => existsSync(url))
}
