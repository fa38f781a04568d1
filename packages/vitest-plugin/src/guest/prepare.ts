import { readdirSync } from 'node:fs'
import { bootVariable, type Boot } from '../wire/messages.ts'
import { enableCompileCache } from './compile-cache.ts'

// Loads what every worker loads, so that Node keeps it compiled. Nothing of a project is loaded here, ever: what is kept
// is run by workers of all files.
const { distPath, compileCache } = JSON.parse(process.env[bootVariable] ?? '{}') as Boot
if (compileCache !== undefined) enableCompileCache(compileCache)

/** What Vitest loads only when there is use for it, and there is in nearly every file. */
const later = readdirSync(`${distPath}/chunks`)
  .filter((name) => /^(?:console|node|moduleSourceMap)\.[\w-]+\.js$/.test(name))
  .map((name) => `chunks/${name}`)

await import('./channel.ts')
await import('./worker.ts')
for (const name of ['worker.js', 'index.js', ...later]) await import(`file://${distPath}/${name}`).catch(() => {})
