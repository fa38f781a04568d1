import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runShown } from './run.mjs'
import { root, say, stop } from './say.mjs'

/** Builds dist/ of every package from src; tsc sees what has changed. */
export function buildPackages() {
  say('building the packages (tsc -b)')
  for (const name of readdirSync(new URL('packages/', root)))
    removeStale(fileURLToPath(new URL(`packages/${name}`, root)))
  if (!runShown('node_modules/.bin/tsc', ['-b', 'tsconfig.build.json'])) stop('tsc found errors, see above')
  // Recipes are data: they go along with what reads them.
  const recipes = new URL('packages/images/dist/root_fs/', root)
  rmSync(recipes, { recursive: true, force: true })
  cpSync(new URL('root_fs/', root), recipes, { recursive: true })
}

/** tsc leaves the output of a source that is gone, and an import of it would go on working. */
function removeStale(packagePath) {
  const dist = join(packagePath, 'dist')
  if (!existsSync(dist)) return
  for (const path of readdirSync(dist, { recursive: true })) {
    const source = path.match(/^(.+?)(?:\.d\.ts|\.js)$/)?.[1]
    if (source !== undefined && !existsSync(join(packagePath, 'src', `${source}.ts`))) rmSync(join(dist, path))
  }
}
