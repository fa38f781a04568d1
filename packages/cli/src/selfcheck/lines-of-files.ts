import { calls } from './call-probe.ts'
import { expecting } from './finding.ts'
import type { Bench, Line, Probe } from './line.ts'
import { each, notHere, printed, prints, throws, under } from './shell-probe.ts'

const inet = 2
const stream = 1
/** struct sockaddr_in: the family, then the port and the address in network order; 192.0.2.1 is nobody's (RFC 5737). */
const nobody = Uint8Array.from([inet, 0, 0, 80, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0])
const loopback = Uint8Array.from([inet, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
const firstFree = 3

const placedAsItsOwn: Probe = async ({ sandbox }) => {
  const files = { 'in/note': 'text' }
  const seen = printed(await sandbox.run({ argv: ['sh', '-c', 'stat -c %u in/note; id -u; cat in/note'], files }))
  return expecting(/^(\d+)\n\1\ntext$/.test(seen), `saw ${JSON.stringify(seen)}`)
}

const collectsRegularFilesOnly: Probe = async ({ sandbox }) => {
  const script = 'echo x > plain; ln -s /etc/passwd link; ln -s /etc away; mkfifo fifo; mkdir directory'
  const collect = ['plain', 'link', 'away/passwd', 'fifo', 'directory']
  const { files } = await sandbox.run({ argv: ['sh', '-c', script], collect })
  return expecting([...files.keys()].join() === 'plain', `these came out: ${[...files.keys()].join(', ')}`)
}

/** Every spelling of a path that leads out of the working directory. */
const leaving = ['../x', '/etc/passwd', 'a/../../x', './../x', '..', 'a\0b']

const refusesToLeave: Probe = each(
  ...leaving.flatMap((path) => [
    throws('INVALID_OPTION', async ({ sandbox }: Bench) => sandbox.run({ argv: ['true'], collect: [path] })),
    throws('INVALID_OPTION', async ({ sandbox }: Bench) => sandbox.run({ argv: ['true'], files: { [path]: 'x' } })),
  ]),
)

/** Each writes where the other would look, and both are there at once. */
const doNotMeet: Probe = async ({ sandbox, neighbour }) => {
  const script = 'echo x > /tmp/$1; echo x > /work/$1; sleep 0.3; ls /tmp /work; ls /proc | grep -c "^[0-9]"'
  const seen = await Promise.all([
    sandbox.run(['sh', '-c', script, 'sh', 'one']),
    neighbour.run(['sh', '-c', script, 'sh', 'other']),
  ])
  const [one = '', other = ''] = seen.map(printed)
  return expecting(!one.includes('other') && !other.includes('one'), `both see ${JSON.stringify(one)}`)
}

/** Lines 43 to 52: files, network and robustness. */
export const linesOfFiles: readonly Line[] = [
  { number: 43, sentence: 'files are placed from inside, by the command’s own user', probe: placedAsItsOwn },
  {
    number: 44,
    sentence: 'regular files are collected, and no links, pipes or directories',
    probe: collectsRegularFilesOnly,
  },
  {
    number: 45,
    sentence: 'a path that leaves the working directory is refused, however it is spelt',
    probe: refusesToLeave,
  },
  {
    number: 46,
    sentence: 'without a network nothing is reachable, not even itself',
    probe: each(
      calls(
        ['socket', firstFree, inet, stream, 0],
        ['connect', 'ENETUNREACH', firstFree, nobody, nobody.length],
        ['connect', 'ENETUNREACH', firstFree, loopback, loopback.length],
      ),
      prints('cut -d : -f 1 /proc/self/net/dev | tail -n +3 | grep -v "^ *lo$"', /^$/),
    ),
  },
  {
    number: 47,
    sentence: 'a loopback reaches itself alone',
    probe: under(
      { network: 'loopback' },
      each(
        calls(
          ['socket', firstFree, inet, stream, 0],
          ['connect', 'ENETUNREACH', firstFree, nobody, nobody.length],
          ['connect', 'ECONNREFUSED', firstFree, loopback, loopback.length],
        ),
        prints('cut -d : -f 1 /proc/self/net/dev | tail -n +3 | grep -v "^ *lo$"', /^$/),
      ),
    ),
  },
  {
    number: 48,
    sentence: 'an allow-list of addresses fails closed',
    probe: notHere('this version has no network to offer'),
  },
  {
    number: 49,
    sentence: 'a kill of Node, supervisor or init leaves nothing behind',
    probe: notHere('it would have to kill the process that it runs in'),
  },
  { number: 50, sentence: 'two sandboxes do not meet', probe: doNotMeet },
  {
    number: 51,
    sentence: 'it works with a working directory that is gone, closed streams and few descriptors',
    probe: notHere('it would have to take these from the process that it runs in'),
  },
  {
    number: 52,
    sentence: 'a hundred thousand runs cost the host nothing after their end',
    probe: notHere('it takes an hour: npm run soak, in a checkout'),
  },
]
