import { once } from 'node:events'

/** Has debuggers that come over a channel reach the inspector of this process, also while it stands still. */
export async function relayInspector(descriptor: number): Promise<void> {
  const { Worker } = await import('node:worker_threads')
  const relay = new Worker(new URL('./inspector-relay.js', import.meta.url), { workerData: descriptor, execArgv: [] })
  await once(relay, 'online')
  relay.unref()
}
