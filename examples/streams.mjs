import { createSandbox } from '@mayfly/sandbox'

// A program that is talked to while it runs: what it writes is read as it comes.
const sandbox = await createSandbox()
try {
  const running = await sandbox.spawn(['sh', '-c', 'while read -r line; do echo $(($line)); done'])
  running.stdin.write('6 * 7\n')
  for await (const chunk of running.stdout) {
    const text = Buffer.from(chunk).toString().trim()
    console.log(text)
    if (text === '42') running.stdin.end('1 + 1\n')
  }
  const result = await running.result
  if (result.status === 'exited') console.log(`exit ${result.exitCode} after ${result.stdout.totalBytes} bytes`)
} finally {
  await sandbox.close()
}
