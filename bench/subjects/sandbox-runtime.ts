import { runProcess } from './process.ts'
import type { Subject } from './subject.ts'

/** Nothing may be written, no domain may be reached. */
const configuration = {
  network: { allowedDomains: [], deniedDomains: [] },
  filesystem: { denyRead: [], allowWrite: [], denyWrite: [] },
}

/** As its documentation says: each command is wrapped into a line for the shell, which starts bubblewrap. */
export const sandboxRuntime: Subject = {
  name: 'sandbox-runtime',
  title: '@anthropic-ai/sandbox-runtime',
  isolation:
    'bubblewrap with user, pid and network namespaces, a filter for sockets, network through a proxy by domain; ' +
    'the host’s files read-only; no cgroup, no limits, no accounting',
  install: 'apt-get install bubblewrap socat ripgrep',
  everyRounds: 10,
  async open({ argv }) {
    const { SandboxManager: manager } = await import('@anthropic-ai/sandbox-runtime')
    await manager.initialize(configuration)
    const words = argv.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
    const run = async (): Promise<void> => {
      await runProcess('/bin/sh', ['-c', await manager.wrapWithSandbox(words)])
      manager.cleanupAfterCommand()
    }
    const close = (): Promise<void> => manager.reset()
    try {
      await run()
    } catch (error) {
      await close()
      throw error
    }
    return { run, close }
  },
}
