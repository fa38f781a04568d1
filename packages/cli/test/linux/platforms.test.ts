import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { afterEach, expect, test } from 'vitest'

import { repository } from '../docs.ts'
import { mayfly, program } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'platform-'))
  made.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

function read(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
}

const quoted = [process.execPath, ...program].map((word) => `'${word}'`).join(' ')
const ownNpx = `#!/bin/bash\nwhile [[ $1 != mayfly && $1 != mayfly@* ]]; do shift; done; shift\nexec ${quoted} "$@"\n`

/** How a script is run: in which folder, and with which `npx` in place of this program as it stands in the source. */
interface ScriptOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly npx?: string
  /** Of a `sudo` that is there instead. */
  readonly sudo?: string
  /** Of an ordinary user, for one who is none. */
  readonly uid?: number | undefined
}

/** Runs a script as a platform does. */
function runScript(
  command: string,
  words: readonly string[],
  { env = {}, cwd, npx = ownNpx, sudo, uid }: ScriptOptions = {},
): { readonly status: number | null; readonly stderr: string } {
  const programs = { npx, ...(sudo === undefined ? {} : { sudo }) }
  const bin = folder(programs)
  for (const path of ['', ...Object.keys(programs)]) chmodSync(join(bin, path), 0o755)
  const path = `${bin}${delimiter}${process.env['PATH']}`
  const { status, stderr } = spawnSync(command, words, {
    env: { ...process.env, ...env, PATH: path },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
    encoding: 'utf8',
  })
  return { status, stderr }
}

const course = join(repository, 'examples/course')
const python = (name: string): string => readFileSync(join(course, 'submissions', name), 'utf8')

/** `/grade` as PrairieLearn makes it. */
function gradeFolder(files: Readonly<Record<string, string>>): string {
  const student = Object.entries(files).map(([name, text]) => [`student/${name}`, text])
  const root = folder({ 'data/data.json': '{}', 'student/.keep': '', ...(Object.fromEntries(student) as typeof files) })
  rmSync(join(root, 'student/.keep'))
  cpSync(course, join(root, 'tests'), { recursive: true })
  return root
}

sandboxTest('PrairieLearn finds the share of the points and each test in results.json', async () => {
  const root = gradeFolder({ 'words.py': python('bad.py') })
  const { status, stderr } = await mayfly(['autograder', '--platform', 'prairielearn', '--root', root])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const results = read(join(root, 'results/results.json'))
  expect(results).toMatchObject({ gradable: true, score: 0.4 })
  expect(results['tests']).toMatchObject([{ points: 2, max_points: 2 }, { points: 0 }, { points: 2 }, { points: 0 }])
})

sandboxTest('PrairieLearn counts what cannot be judged, or not by our fault, as no attempt', async () => {
  const empty = gradeFolder({})
  expect((await mayfly(['autograder', '--platform', 'prairielearn', '--root', empty])).status).toBe(0)
  expect(read(join(empty, 'results/results.json'))).toMatchObject({ gradable: false, score: 0 })
  const broken = gradeFolder({ 'words.py': python('good.py') })
  writeFileSync(join(broken, 'tests/assignment.yaml'), 'harnes: {}\n')
  expect((await mayfly(['autograder', '--platform', 'prairielearn', '--root', broken])).status).toBe(125)
  const results = read(join(broken, 'results/results.json'))
  expect(results).toMatchObject({ gradable: false, message: expect.stringMatching(/^Nothing was judged/) as string })
})

const exercism = join(repository, 'examples/exercism')
const solution = (name: string): string => readFileSync(join(exercism, 'exercises/leap/submissions', name), 'utf8')
const config = JSON.stringify({ files: { solution: ['leap.js'], test: ['leap.spec.js'] } })

/** What Exercism's runner is given: the solution, with the exercise's own files beside it. */
function solve(
  slug: string,
  files: Readonly<Record<string, string>>,
): ReturnType<typeof runScript> & { results(): unknown } {
  const input = folder({ '.meta/config.json': config, 'leap.spec.js': 'throw new Error()', ...files })
  const output = folder({})
  const finished = runScript(join(exercism, 'bin/run.sh'), [slug, `${input}/`, `${output}/`])
  return { ...finished, results: () => read(join(output, 'results.json')) }
}

sandboxTest('a test runner of Exercism writes results.json, version 3, tests in the order of their file', () => {
  const good = solve('leap', { 'leap.js': solution('good.js') })
  expect(good).toMatchObject({ status: 0, stderr: '' })
  const tests = [
    'not divisible by 4 is common',
    'divisible by 4, not by 100, is a leap year',
    'divisible by 100, not by 400, is common',
  ]
  const named = tests.map((name) => ({
    name: `a year > ${name}`,
    status: 'pass',
    test_code: expect.any(String) as string,
  }))
  expect(good.results()).toMatchObject({ version: 3, status: 'pass', tests: named })
  const bad = solve('leap', { 'leap.js': solution('bad.js') })
  expect(bad).toMatchObject({ status: 0, stderr: '' })
  expect(bad.results()).toMatchObject({
    status: 'fail',
    tests: [
      { status: 'pass' },
      { status: 'pass' },
      { status: 'fail', message: 'wrong answer: expected true to be false // Object.is equality' },
    ],
  })
})

sandboxTest('a solution that is no program, or is not there, is an error with its reason', () => {
  const none = solve('leap', { 'leap.js': 'export const = 1' })
  expect(none.status).toBe(0)
  expect(none.results()).toMatchObject({
    version: 3,
    status: 'error',
    message: expect.stringContaining('SyntaxError') as string,
  })
  const missing = solve('leap', { 'other.js': '' })
  expect(missing.results()).toMatchObject({
    status: 'error',
    message: expect.stringContaining('none of leap.js') as string,
  })
})

sandboxTest('a solution is only what the exercise names, whatever else lies in its folder', () => {
  const tests = 'x'.repeat(1025 * 1024)
  const good = solve('leap', { 'leap.js': solution('good.js'), 'leap.spec.js': tests, 'node_modules/a.js': tests })
  expect(good).toMatchObject({ status: 0, stderr: '' })
  expect(good.results()).toMatchObject({ status: 'pass' })
  const large = solve('leap', { 'leap.js': `//${tests}` })
  expect(large.results()).toMatchObject({ status: 'error', message: expect.stringContaining('bytes') as string })
})

sandboxTest.each([
  ['null', 'what holds `files` must be an object'],
  ['{', 'is no JSON'],
  ['{"files":{"solution":"leap.js"}}', '`files.solution` must be a list'],
  ['{"files":{"solution":["../../../etc/hostname"]}}', 'holds none of ../../../etc/hostname'],
])('a solution with %j as its configuration is an error with its reason', (text, message) => {
  const finished = solve('leap', { 'leap.js': solution('good.js'), '.meta/config.json': text })
  expect(finished.status).toBe(0)
  expect(finished.results()).toMatchObject({ status: 'error', message: expect.stringContaining(message) as string })
})

sandboxTest('an exercise that is not there, or no slug, is our failure', () => {
  const unknown = solve('reap', { 'leap.js': '' })
  expect(unknown.status).toBe(125)
  expect(unknown.results()).toMatchObject({
    status: 'error',
    message: expect.stringMatching(/^Nothing was judged/) as string,
  })
  expect(solve('../leap', { 'leap.js': '' })).toMatchObject({
    status: 125,
    stderr: expect.stringContaining('slug') as string,
  })
})

/** The step of the action, as a runner of GitHub would run it. */
function act(
  inputs: Readonly<Record<string, string>>,
  options: ScriptOptions = {},
): ReturnType<typeof runScript> & { readonly output: string; readonly summary: string } {
  const text = readFileSync(join(repository, 'action.yml'), 'utf8')
  const [, script = ''] = /^ {6}run: \|\n((?: {8}.*\n)+)/m.exec(text) ?? []
  const env = [...text.matchAll(/^ {8}(\w+): \$\{\{ inputs\.(\w+) \}\}$/gm)].map(([, name, input]) => [
    name,
    inputs[input ?? ''],
  ])
  const root = folder({ output: '', summary: '' })
  const [file, summary] = [join(root, 'output'), join(root, 'summary')]
  chmodSync(root, 0o755)
  for (const path of [file, summary]) chmodSync(path, 0o666)
  const finished = runScript('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    ...options,
    env: {
      ...(Object.fromEntries(env) as Readonly<Record<string, string>>),
      ...options.env,
      GITHUB_OUTPUT: file,
      GITHUB_STEP_SUMMARY: summary,
    },
  })
  return { ...finished, output: readFileSync(file, 'utf8'), summary: readFileSync(summary, 'utf8') }
}

sandboxTest('the GitHub Action gives Classroom what its reporter reads, and fails for no verdict', () => {
  const { status, output, summary } = act({
    problem: course,
    submission: join(course, 'submissions/bad.py'),
    version: '1',
  })
  expect(status).toBe(0)
  const [, encoded = ''] = /^result=([A-Za-z0-9+/=]+)\n$/.exec(output) ?? []
  const result = JSON.parse(Buffer.from(encoded, 'base64').toString()) as Record<string, unknown>
  expect(result).toMatchObject({ version: 1, status: 'fail', max_score: 10 })
  expect(summary).toMatch(/^## ` Words `: ` bad\.py `\n\n\*\*PA\*\*, 4 of 10 points/)
  expect(result['tests']).toMatchObject([{ status: 'pass', score: 2 }, { status: 'fail', score: 0 }, { score: 2 }, {}])
})

sandboxTest('the GitHub Action fails where nothing was judged', () => {
  const { status, output } = act({ problem: join(course, 'none'), submission: course, version: '1' })
  expect({ status, output }).toEqual({ status: 125, output: '' })
})

test('the GitHub Action is root by sudo where its runner is not, and its programs are found all the same', () => {
  const npx = `#!/bin/bash
[[ $ASKED == yes ]] || exit 9
for word; do [[ $word != *=/* ]] || echo "\${word%%=*}" >"\${word#*=}"; done`
  const sudo = `#!/bin/bash\n[[ $1 == -- && $2 == env && $3 == PATH=*:* ]] || exit 8\nshift\nASKED=yes exec "$@"`
  const uid = process.getuid?.() === 0 ? 65_534 : undefined
  const { status, output, summary } = act(
    { problem: '/a', submission: '/b', version: '1' },
    { npx, sudo, uid, cwd: '/' },
  )
  expect({ status, output, summary }).toEqual({ status: 0, output: 'result=github-classroom\n', summary: 'markdown\n' })
})

test('the GitHub Action takes neither a grader nor settings of npm from the checkout', () => {
  const nowhere = 'http://127.0.0.1:1'
  const settings = folder({ npmrc: `registry=${nowhere}/own\nfetch-retries=0\n` })
  const checkout = folder({
    'a.py': '',
    '.npmrc': `registry=${nowhere}/of-the-student\n`,
    'package.json': '{}',
    'node_modules/mayfly/package.json': '{ "name": "mayfly", "version": "1.0.0", "bin": { "mayfly": "mayfly.sh" } }',
    'node_modules/mayfly/mayfly.sh': '#!/bin/bash\necho the student grades >&2\n',
  })
  mkdirSync(join(checkout, 'node_modules/.bin'))
  symlinkSync('../mayfly/mayfly.sh', join(checkout, 'node_modules/.bin/mayfly'))
  chmodSync(join(checkout, 'node_modules/mayfly/mayfly.sh'), 0o755)
  // Settings of the npm that runs these tests would come before those of the checkout
  const inherited = Object.keys(process.env).filter((name) => /^npm_config_/i.test(name))
  const env = { ...Object.fromEntries(inherited.map((name) => [name, undefined])), npm_config_cache: settings }
  const npx = `#!/bin/bash\nPATH=\${PATH#*:} exec npx "$@"\n`
  const inputs = { problem: 'problem', submission: '.', version: '1.0.0' }
  const { status, stderr } = act(inputs, {
    cwd: checkout,
    env: { ...env, npm_config_userconfig: join(settings, 'npmrc') },
    npx,
  })
  expect(stderr).not.toContain('student')
  expect(stderr).toContain(`${nowhere}/own/mayfly`)
  expect(status).not.toBe(0)
})

test('the GitHub Action names what is judged whatever the folder, and has reports written to a folder of its own', () => {
  const checkout = folder({ 'a.py': '' })
  symlinkSync('a.py', join(checkout, 'link.py'))
  const npx = `#!/bin/bash
printf '%s\\n' "$@" | tail -n +4 >&2
for word in "$@"; do
  [[ $word != --report ]] || continue
  [[ $word != *=* ]] || stat -c '%a %F' "$(dirname "\${word#*=}")" >&2
done
exit 3
`
  const { status, stderr } = act({ problem: '../problem', submission: 'link.py', version: '1' }, { cwd: checkout, npx })
  const [version, command, problem, submitted, ...rest] = stderr.trim().split('\n')
  expect({ status, version, command }).toEqual({ status: 3, version: 'mayfly@1', command: 'grade' })
  expect({ problem, submitted }).toEqual({
    problem: join(dirname(checkout), 'problem'),
    submitted: join(checkout, 'link.py'),
  })
  expect(rest.slice(-2)).toEqual(['700 directory', '700 directory'])
})

test('the action names its inputs where it uses them, and its version is ours', () => {
  const text = readFileSync(join(repository, 'action.yml'), 'utf8')
  const { version } = read(join(repository, 'packages/cli/package.json'))
  expect(text).toContain(`default: '${String(version)}'`)
  for (const name of ['problem', 'submission', 'version']) expect(text).toContain(`\${{ inputs.${name} }}`)
})
