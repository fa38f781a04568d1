import { readlink } from 'node:fs/promises'

import { expecting, fail, pass } from './finding.ts'
import type { Line, Probe } from './line.ts'
import { each, notHere, printed, prints, throws, where, under } from './shell-probe.ts'

/** A NUL would end an argument early, in the kernel's eyes. */
const withNul = ['echo', 'a\0b'] as const

const seesOnlyItsOwnVariables: Probe = async ({ sandbox }) => {
  const names = printed(await sandbox.run(['env']))
    .split('\n')
    .map((line) => line.split('=')[0])
  const foreign = names.filter((name) => !['', 'PATH', 'HOME', 'LANG'].includes(name ?? ''))
  return expecting(foreign.length === 0, `it has ${foreign.join(', ')}`)
}

const takesWordsAsTheyAre: Probe = async ({ sandbox }) => {
  const seen = printed(await sandbox.run(['echo', '$HOME; id']))
  return expecting(seen === '$HOME; id\n', `echo printed ${JSON.stringify(seen)}`)
}

const failureNamesItsErrno: Probe = async ({ sandbox }) => {
  const error: unknown = await sandbox.run(['/etc/passwd']).catch((thrown: unknown) => thrown)
  if (!(error instanceof Error)) return fail('a file that is no program was executed')
  const told = 'errno' in error ? error.errno : undefined
  return expecting(told === 'EACCES' && error.message.includes('/etc/passwd'), error.message)
}

const hasOwnNamespaces: Probe = async ({ sandbox }) => {
  const kinds = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup']
  const inside = printed(await sandbox.run(['readlink', ...kinds.map((kind) => `/proc/self/ns/${kind}`)]))
    .trim()
    .split('\n')
  const outside = await Promise.all(kinds.map((kind) => readlink(`/proc/self/ns/${kind}`)))
  const shared = kinds.filter((_, index) => inside[index] === outside[index])
  return expecting(
    inside.length === kinds.length && shared.length === 0,
    `it shares ${shared.join(', ')} with its caller`,
  )
}

/** By what stands in both containers while both are running. */
const hasOwnSharedMemory: Probe = async ({ sandbox }) => {
  const script = 'echo x > /dev/shm/$1; sleep 0.3; ls /dev/shm /dev/mqueue'
  const seen = await Promise.all(['one', 'other'].map((name) => sandbox.run(['sh', '-c', script, 'sh', name])))
  const [one = '', other = ''] = seen.map(printed)
  return expecting(!one.includes('other') && !other.includes('one'), `both see ${JSON.stringify(one)}`)
}

const idsAreNoOnesOutside: Probe = async ({ sandbox, neighbour }) => {
  const maps = await Promise.all([sandbox, neighbour].map((one) => one.run(['cat', '/proc/self/uid_map'])))
  const [first, second] = maps.map((result) => printed(result).trim().split(/\s+/).map(Number)[1])
  if (first === undefined || second === undefined) return fail('there is no map of ids')
  if (first === 0 || second === 0) return fail('its root is the root of its caller')
  return first === second ? fail('two sandboxes have the same ids') : pass
}

/** Lines 1 to 15: requests, descriptors, namespaces and mounts. */
export const linesOfSurroundings: readonly Line[] = [
  {
    number: 1,
    sentence: 'a request is taken word by word: no shell, no variables of the caller, no NUL, no path that leaves',
    probe: each(
      takesWordsAsTheyAre,
      seesOnlyItsOwnVariables,
      throws('INVALID_OPTION', async ({ sandbox }) => sandbox.run(withNul)),
      throws('INVALID_OPTION', async ({ sandbox }) => sandbox.run({ argv: ['true'], files: { '../x': 'x' } })),
    ),
  },
  { number: 2, sentence: 'a failed start names what failed and the errno', probe: failureNamesItsErrno },
  {
    number: 3,
    sentence: 'no descriptor but 0, 1 and 2 is inherited',
    probe: prints('ls /proc/self/fd | tr "\\n" " "', /^0 1 2 3 $/),
  },
  {
    number: 4,
    sentence: '0, 1 and 2 are open',
    probe: prints('for d in 0 1 2; do readlink /proc/self/fd/$d > /dev/null || echo $d; done', /^$/),
  },
  {
    number: 5,
    sentence: 'no program of the supervisor can be reached through /proc',
    probe: prints('for p in /proc/[0-9]*; do readlink $p/exe; done | grep -E "mayfly|memfd|deleted"', /^$/),
  },
  {
    number: 6,
    sentence: 'namespaces are its own, and mounts are passed neither in nor out',
    probe: each(hasOwnNamespaces, prints('grep -E "shared:|master:|propagate_from:" /proc/self/mountinfo', /^$/)),
  },
  {
    number: 7,
    sentence: 'its ids are those of nobody, setgroups is denied, and no two containers share them',
    probe: each(prints('cat /proc/self/setgroups', /^deny$/m), idsAreNoOnesOutside),
    restsOn: ['userIds'],
  },
  {
    number: 8,
    sentence: 'its root is a file system of its own, with nothing of the host above or below it',
    probe: each(
      prints('cd /..; pwd; ls -a', /^\/$/m),
      prints('ls -d /home/* /root /boot /var/lib 2>/dev/null', /^$/),
      prints('grep -E "^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ / " /proc/self/mountinfo', / - tmpfs /),
    ),
  },
  {
    number: 9,
    sentence: 'the root is read-only, without setuid programs and devices',
    probe: each(
      prints('touch /x /usr/x /etc/x 2>&1 | grep -vc "Read-only\\|denied"', /^0$/m),
      prints('cut -d " " -f 6 /proc/self/mountinfo | grep -v nosuid', /^$/),
    ),
  },
  {
    number: 10,
    sentence: '/proc shows its own processes, and a full one harmless files of the machine, and nothing else',
    probe: each(
      prints('cd /proc; ls | grep -v "^[0-9]" | tr "\\n" " "', /^self thread-self $/),
      // hidepid hides init from another user, and from none in the host's group of root (proc_pid(5))
      where('userIds', prints('cd /proc; ls -d [0-9]* | grep -cx 1', /^0$/m)),
      under(
        { proc: 'full' },
        each(
          prints('cd /proc; for f in kcore keys timer_list sysrq-trigger; do test ! -e $f || cat $f; done', /^$/),
          prints('ls -A /proc/acpi /proc/scsi 2>/dev/null | grep -v :', /^$/m),
          prints('grep "^[^ ]* /proc/sys proc ro," /proc/self/mounts', /ro/),
          where('userIds', prints('cd /proc; ls -d [0-9]* | grep -cx 1', /^0$/m)),
        ),
      ),
    ),
  },
  {
    number: 11,
    sentence: 'there is no /sys and no file system of cgroups, and the cgroup it sees is /',
    probe: each(
      prints('ls /sys 2>/dev/null; grep -E " - (sysfs|cgroup2?) " /proc/self/mountinfo', /^$/),
      prints('cut -d : -f 3 /proc/self/cgroup | sort -u', /^(?:\/\n)?$/),
    ),
  },
  {
    number: 12,
    sentence: '/dev holds harmless devices only',
    probe: prints(
      'cd /dev; ls | grep -vxE "fd|full|mqueue|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero"',
      /^$/,
    ),
  },
  { number: 13, sentence: 'shared memory and message queues are its own', probe: hasOwnSharedMemory },
  {
    number: 14,
    sentence: 'the host name is a fixed one, and the ids of the machine and its boot do not show',
    probe: each(
      prints('uname -n', /^mayfly$/m),
      prints('cat /etc/machine-id /proc/sys/kernel/random/boot_id 2>/dev/null', /^$/),
    ),
  },
  {
    number: 15,
    sentence: 'a hostile root file system leads nowhere outside',
    probe: notHere('the root is put together from the host’s own files: no image of anyone else’s is mounted'),
  },
]
