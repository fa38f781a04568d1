import { bootVariable, type Boot } from '../wire/messages.ts'
import { enableCompileCache } from './compile-cache.ts'
import { recordResolved } from './resolved.ts'

// Loads what every worker loads, so that Node keeps it compiled, and where it was found. Nothing of a project is loaded here,
// ever: what is kept is run by workers of all files.
const { distPath, compileCache } = JSON.parse(process.env[bootVariable] ?? '{}') as Boot
if (compileCache === undefined) throw new Error('nothing is said of where to keep it')
enableCompileCache(compileCache)
const write = recordResolved(compileCache)
const load = await import('./load.ts')
await load.loadAll(distPath)
write()
