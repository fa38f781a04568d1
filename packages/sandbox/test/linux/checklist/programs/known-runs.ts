import { createSandbox } from '@mayfly/sandbox'
import { wrongReports } from '../support/known-runs.ts'

/** Runs until it is killed, which somebody else does; says when it has begun. */
const sandbox = await createSandbox({ concurrency: 3 })
console.log('begun')
for (;;) {
  const wrong = await wrongReports(sandbox)
  if (wrong.length > 0) console.log(wrong.join('\n'))
}
