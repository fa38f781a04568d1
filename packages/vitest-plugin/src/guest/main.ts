import { enableCompileCache } from './compile-cache.ts'
import { useResolved } from './resolved.ts'
import { bootVariable, channelVariables, type Boot } from '../wire/messages.ts'

// The program in the container: Vitest's worker, and nothing of the project yet. What it is told to run is the project's,
// and hostile; whatever it sends from then on is taken for that.
const boot = JSON.parse(process.env[bootVariable] ?? '{}') as Boot
const { rpc, inspect } = channelVariables
const [descriptor, inspected] = [Number(process.env[rpc]), Number(process.env[inspect])]
for (const name of [bootVariable, rpc, inspect]) delete process.env[name]
// As it is with forks.
process.argv.splice(1, Infinity, `${boot.distPath}/workers/forks.js`)
let done = (): void => {}
if (boot.compileCache !== undefined) {
  enableCompileCache(boot.compileCache)
  done = useResolved(boot.compileCache)
}
const { Channel, loadAll, relayInspector, startWorker } = await import('./load.ts')
const worker = await loadAll(boot.distPath)
done()
if (boot.inspects) await relayInspector(inspected)
startWorker(boot, worker, new Channel(descriptor))
