import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { readFiles } from '../../formats/tree.ts'
import type { SourceFiles } from '../../problem/problem.ts'
import { testModule, testRunner } from './built-in.ts'
import { libraryModule, valuesModule } from './library.ts'

const manifest = JSON.stringify({
  name: 'mayfly',
  type: 'module',
  exports: { '.': './index.js', './test': './test.js' },
})

/** The module `mayfly`, beside tests in any language: who does not import it does not notice. */
export const libraryFiles: Readonly<Record<string, string>> = {
  'node_modules/mayfly/package.json': manifest,
  'node_modules/mayfly/index.js': libraryModule,
  'node_modules/mayfly/values.js': valuesModule,
}

/** What runs the tests, in their container. */
export const builtInRunner = 'mayfly-tests.mjs'

const packageBytesMax = 4 * 1024 * 1024
/** Packages of nothing but types. */
const typesOnly = /^@types\/|^@standard-schema\/spec$/

/** All that tests in JavaScript need beside themselves: no package manager runs in their container. */
export async function builtInFiles(): Promise<SourceFiles> {
  const packages = new Map<string, SourceFiles>()
  for (const name of ['@vitest/runner', '@vitest/expect']) await addPackage(name, import.meta.url, packages)
  const own = { [builtInRunner]: testRunner, 'node_modules/mayfly/test.js': testModule }
  return {
    ...Object.fromEntries(Object.entries(own).map(([path, text]) => [path, Buffer.from(text)])),
    ...Object.fromEntries(
      [...packages].flatMap(([name, files]) =>
        Object.entries(files).map(([path, content]) => [`node_modules/${name}/${path}`, content]),
      ),
    ),
  }
}

/** A package as it is installed beside us, and what it depends on. */
async function addPackage(name: string, from: string, packages: Map<string, SourceFiles>): Promise<void> {
  if (packages.has(name)) return
  const folder = folderOf(name, createRequire(from).resolve(name))
  const files = await readFiles(folder, { bytesMax: packageBytesMax })
  packages.set(name, Object.fromEntries(Object.entries(files).filter(([path]) => isCode(path))))
  const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>
  }
  for (const each of Object.keys(dependencies))
    if (!typesOnly.test(each)) await addPackage(each, join(folder, 'package.json'), packages)
}

function isCode(path: string): boolean {
  return (/\.[cm]?js$/.test(path) || path === 'package.json') && !path.startsWith('node_modules/')
}

/** Not every package lets its package.json be asked for. */
function folderOf(name: string, main: string): string {
  const end = [...name.split('/')].join(sep)
  let folder = dirname(main)
  while (!folder.endsWith(`${sep}${end}`)) {
    if (dirname(folder) === folder) throw new Error(`${main} is not in a folder of the package ${name}`)
    folder = dirname(folder)
  }
  return folder
}
