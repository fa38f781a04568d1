import { runProcess } from './process.ts'
import type { Subject } from './subject.ts'

/** No isolation at all: what the others are compared with. */
export const childProcess: Subject = {
  name: 'child_process.spawn',
  everyRounds: 1,
  async open() {
    return {
      async runTrue() {
        await runProcess('/bin/true', [])
      },
      async close() {
        // nothing is held between runs
      },
    }
  },
}
