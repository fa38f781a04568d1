import { createSandbox } from '@mayfly/sandbox'

/** Leaves a sandbox open and idle: Node must end all the same. */
const sandbox = await createSandbox()
const result = await sandbox.run(['/bin/true'])
console.log(result.status)
