import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const source = new URL('../../../src/supervisor/process.ts', import.meta.url).href

/** Takes every descriptor there is, and starts a process then. */
const program = `
  import { openSync } from 'node:fs'
  const { SupervisorProcess } = await import(${JSON.stringify(source)})
  try { for (;;) openSync('/dev/null') } catch {}
  const { name, code, errno } = await SupervisorProcess.start(process.execPath).catch((error) => error)
  console.log(JSON.stringify({ name, code, errno }))
`

test('a want of descriptors is told, and does not end Node', async () => {
  const node = `ulimit -n 64; exec '${process.execPath}' --disable-warning=ExperimentalWarning --input-type=module`
  const { stdout } = await promisify(execFile)('sh', ['-c', `${node} -e "$0"`, program])
  expect(JSON.parse(stdout)).toEqual({ name: 'SandboxError', code: 'SUPERVISOR_DIED', errno: 'EMFILE' })
})
