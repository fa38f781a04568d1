import { createSandbox } from '@mayfly/sandbox'
import type { Subject } from './subject.ts'

export const mayfly: Subject = {
  name: 'mayfly',
  everyRounds: 1,
  async open({ concurrency }) {
    const sandbox = await createSandbox({ concurrency })
    return {
      async runTrue() {
        const result = await sandbox.run(['/bin/true'])
        if (result.status !== 'exited' || result.exitCode !== 0) throw new Error(`/bin/true ${result.status}`)
      },
      close: () => sandbox.close(),
    }
  },
}
