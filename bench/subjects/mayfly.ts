import { createSandbox } from '@mayfly/sandbox'
import type { Subject } from './subject.ts'

export const mayfly: Subject = {
  name: 'mayfly',
  title: 'mayfly',
  isolation:
    'every run in a container of its own, never used before: all namespaces, an id range of its own, filter, ' +
    'no capabilities, cgroups with limits, accounting',
  install: 'npm run build',
  everyRounds: 1,
  async open({ argv, concurrency }) {
    const sandbox = await createSandbox({ concurrency })
    const run = async (): Promise<void> => {
      const result = await sandbox.run(argv)
      if (result.status !== 'exited' || result.exitCode !== 0) throw new Error(`${argv[0]} ${result.status}`)
    }
    return { run, close: () => sandbox.close() }
  },
}
