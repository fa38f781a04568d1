import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect } from 'vitest'

import { repository } from '../docs.ts'
import { type Finished, mayfly, program } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

const course = join(repository, 'examples/course')

/** A folder as Gradescope makes it, with these files handed in, and what became of it. */
async function autograde(
  files: Readonly<Record<string, string>>,
  prepare: (root: string) => void = () => {},
): Promise<Finished & { readonly results: Record<string, unknown> }> {
  const root = mkdtempSync(join(tmpdir(), 'autograder-'))
  try {
    cpSync(course, join(root, 'source'), { recursive: true })
    mkdirSync(join(root, 'submission'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'submission', name), text)
    prepare(root)
    const finished = await mayfly(['autograder', '--root', root])
    return { ...finished, results: JSON.parse(readFileSync(join(root, 'results/results.json'), 'utf8')) }
  } finally {
    rmSync(root, { recursive: true })
  }
}

const good = readFileSync(join(course, 'submissions/good.py'), 'utf8')

sandboxTest('autograder writes what Gradescope reads', async () => {
  const { status, stderr, results } = await autograde({ 'handed_in.py': good })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(results).toMatchObject({ score: 10, stdout_visibility: 'hidden' })
  expect(results['tests']).toHaveLength(4)
})

sandboxTest('a cheat has no points, and that is judged too', async () => {
  const cheat = readFileSync(join(course, 'submissions/cheats_exit.py'), 'utf8')
  const { status, results } = await autograde({ 'main.py': cheat })
  expect(status).toBe(0)
  expect(results).toMatchObject({ score: 0 })
})

sandboxTest('nothing handed in that can be judged is no points, with the reason', async () => {
  const { status, results } = await autograde({})
  expect({ status, score: results['score'] }).toEqual({ status: 0, score: 0 })
  expect(results['output']).toMatch(/submission/)
})

sandboxTest('a broken assignment is nobody’s score', async () => {
  const spoil = (root: string): void => writeFileSync(join(root, 'source/assignment.yaml'), 'harnes: {}\n')
  const { status, stderr, results } = await autograde({ 'main.py': good }, spoil)
  expect(status).toBe(125)
  expect(results).not.toHaveProperty('score')
  expect(results['output']).toMatch(/^Nothing was judged: .*assignment\.yaml/)
  expect(stderr).toContain('Nothing was judged')
})

sandboxTest('a container that refuses what a sandbox needs is told, with the way out, and is nobody’s score', () => {
  const root = mkdtempSync(join(tmpdir(), 'autograder-'))
  try {
    mkdirSync(join(root, 'submission'))
    const script = 'echo 0 > /proc/sys/user/max_net_namespaces; exec "$@"'
    const words = ['--user', '--map-root-user', 'sh', '-c', script, 'sh', process.execPath, ...program]
    const { status } = spawnSync('unshare', [...words, 'autograder', '--root', root, '--problem', course])
    const results = JSON.parse(readFileSync(join(root, 'results/results.json'), 'utf8')) as Record<string, unknown>
    expect(status).toBe(125)
    expect(results).not.toHaveProperty('score')
    expect(results['output']).toMatch(/this container cannot isolate.*sysctl -w user\.max_net_namespaces/s)
  } finally {
    rmSync(root, { recursive: true })
  }
})
