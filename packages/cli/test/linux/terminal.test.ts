import { readdir, readFile } from 'node:fs/promises'

import { expect, test, vi } from 'vitest'

import { Tmux } from './tmux.ts'

/** pids.max of the control groups of the process with this command line. */
async function limitsOf(commandLine: string): Promise<readonly string[]> {
  const pid = await vi.waitFor(async () => {
    for (const name of await readdir('/proc')) {
      const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
      if (line === commandLine) return name
    }
    throw new Error('it does not run')
  }, 10_000)
  const groups = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).trim().split('\n')
  const files = groups.flatMap((group) => {
    const [, hierarchy = '', path = ''] = group.split(':')
    return ['', hierarchy].map((name) => `/sys/fs/cgroup/${name}${path}/pids.max`)
  })
  const limits = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return limits.map((limit) => limit.trim())
}

test('an interactive bash has the limits of the options of old in its control group', async () => {
  await using tmux = await Tmux.open('bash')
  await tmux.type(Tmux.mayfly('run -ac -C 50 -I 20 -P 333 /bin/bash --norc'), 'Enter')
  await tmux.shows(/bash-[\d.]+\$$/m)
  const seconds = String(200_000 + process.pid)
  await tmux.type(`tty; id -u; sleep ${seconds} &`, 'Enter')
  await tmux.shows(/^\/dev\/pts\/0\n1000$/m)
  expect(await limitsOf(`sleep\0${seconds}\0`)).toContain('333')
  await tmux.type('exit 3', 'Enter')
  await tmux.shows(/host>$/m)
  await tmux.type('echo status $?', 'Enter')
  await tmux.shows(/status 3/)
})

test('Ctrl-C interrupts, Ctrl-Z stops, fg goes on, and the window may change its size', async () => {
  await using tmux = await Tmux.open('jobs')
  await tmux.type(Tmux.mayfly('shell --wall-time 1h'), 'Enter')
  await tmux.shows(/[$]$/m)
  await tmux.type('PS1="in"side"> "; clear', 'Enter')
  await tmux.shows(/^inside>$/m)
  await tmux.type('sleep 1000; echo interrupted-$?', 'Enter')
  await tmux.shows(/sleep 1000/)
  await tmux.type('C-c', '')
  await tmux.type(`clear; sh -c 'echo started; read x; echo went-on-$x'`, 'Enter')
  await tmux.shows(/^started$/m)
  await tmux.type('half a ')
  await tmux.shows(/^started\nhalf a/m)
  await tmux.resize(77, 20)
  await tmux.type('C-z', '')
  await tmux.shows(/Stopped/)
  await tmux.type('clear; stty size; fg', 'Enter')
  await tmux.shows(/^20 77$/m)
  await tmux.type('line', 'Enter')
  expect(await tmux.shows(/^went-on-/m)).toMatch(/went-on-(half a )?line/)
  await tmux.type('exit', 'Enter')
  await tmux.shows(/host>$/m)
})

test('top shows what runs, as often as it is told to, and quits', async () => {
  await using tmux = await Tmux.open('top')
  await tmux.type(Tmux.mayfly('shell --proc full --wall-time 1h'), 'Enter')
  await tmux.shows(/[$]$/m)
  await tmux.type('PS1="in"side"> "; top', 'Enter')
  expect(await tmux.shows(/^top - .*\n[^]*\d+ sandbox .* top *$/m)).toMatch(/^Tasks: +2 total/m)
  await tmux.resize(90, 9)
  // two lines for the two of them below the eight of its head
  await tmux.shows(/^top - [^]*COMMAND\n.* sandbox .*$/m)
  await tmux.type('q')
  await tmux.shows(/^inside>$/m)
  await tmux.type('exit', 'Enter')
  await tmux.shows(/host>$/m)
})

test('vim takes the whole screen, and gives it back', async () => {
  await using tmux = await Tmux.open('vim')
  await tmux.type(Tmux.mayfly('shell'), 'Enter')
  await tmux.shows(/[$]$/m)
  await tmux.type('vim -u NONE file', 'Enter')
  await tmux.shows(/\[New File\]|\[New\]/)
  await tmux.type('iwritten in vim', 'Escape', ':wq', 'Enter')
  await tmux.type('clear; cat file', 'Enter')
  expect(await tmux.shows(/^written in vim$/m)).not.toContain('[New')
  await tmux.type('exit', 'Enter')
  await tmux.shows(/host>$/m)
})

test.each([
  ['it exited', 'run true'],
  ['it was not found', 'run no-such-program'],
  ['it met a limit', 'run --wall-time 100ms cat'],
  ['mayfly failed', 'run --cwd /nowhere true'],
])('the terminal is as it was when %s', async (name, words) => {
  await using tmux = await Tmux.open(name.replaceAll(' ', '-'))
  await tmux.type('before=$(stty -g); clear', 'Enter')
  await tmux.type(`${Tmux.mayfly(words)}; [ "$before" = "$(stty -g)" ] && echo as-'it'-was`, 'Enter')
  expect(await tmux.shows(/as-it-was/)).not.toContain('stty:')
})

test('SIGTERM to mayfly gives the terminal back too', async () => {
  await using tmux = await Tmux.open('signal')
  await tmux.type('before=$(stty -g); clear', 'Enter')
  const ended = '[ "$before" = "$(stty -g)" ] && echo as-\'it\'-was'
  await tmux.type(`${Tmux.mayfly("run sh -c 'printf ru; echo ns; cat'")}; ${ended}`, 'Enter')
  await tmux.shows(/^runs$/m)
  await tmux.killProgram('SIGTERM')
  expect(await tmux.shows(/as-it-was/)).not.toContain('stty:')
})

test('what comes through a pipe makes no terminal', async () => {
  await using tmux = await Tmux.open('pipe')
  await tmux.type(`${Tmux.mayfly('run tty')} < /dev/null; echo status $?`, 'Enter')
  expect(await tmux.shows(/status 1/)).toContain('not a tty')
})
