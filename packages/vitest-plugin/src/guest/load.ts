import { readdirSync } from 'node:fs'
import type { WorkerModule } from './worker.ts'

export { Channel } from './channel.ts'
export { relayInspector } from './inspector.ts'
export { startWorker } from './worker.ts'

/** Chunks that Vitest loads when there is use for them, which there is in nearly every file; none looks at where it runs. */
const later = /^(?:console|node|moduleSourceMap)\.[\w-]+\.js$/

/** What every worker loads, of the Vitest that the project has; comes back with its worker. */
export async function loadAll(distPath: string): Promise<WorkerModule> {
  const worker = (await import(`file://${distPath}/worker.js`)) as WorkerModule
  const chunks = readdirSync(`${distPath}/chunks`).filter((name) => later.test(name))
  for (const name of ['index.js', ...chunks.map((chunk) => `chunks/${chunk}`)])
    await import(`file://${distPath}/${name}`).catch(() => {})
  return worker
}
