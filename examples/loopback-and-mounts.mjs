import { createSandbox } from '@mayfly/sandbox'

// A server and its client in one container, over a directory of the host that they can read and not change.
const script = [
  'cd /site',
  'python3 -m http.server --bind 127.0.0.1 8080 2> /dev/null &',
  'until python3 -c "import urllib.request as u; print(u.urlopen(\'http://127.0.0.1:8080/\').status)" 2> /dev/null',
  'do sleep 0.1; done',
].join('\n')

const sandbox = await createSandbox()
try {
  const command = { argv: ['sh', '-c', script], mounts: [{ source: import.meta.dirname, target: '/site' }] }
  const result = await sandbox.run(command, {}, { network: 'loopback' })
  console.log(String(result.stdout))
} finally {
  await sandbox.close()
}
