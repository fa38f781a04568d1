import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProblem } from '@mayfly/grader'
import { afterAll, describe, expect, test } from 'vitest'
import { modern, packageOf, tests } from './package-of.ts'

const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'))
writeFileSync(join(elsewhere, 'secret.py'), '')
mkdirSync(join(elsewhere, 'cpp'))
writeFileSync(join(elsewhere, 'cpp/secret.h'), '')
afterAll(() => {
  rmSync(elsewhere, { recursive: true })
})

const kattis = { 'problem.yaml': modern, ...tests }
const answered = { 'data/secret/2.ans': '' }

describe('a package that leads to files of whoever grades is refused', () => {
  test.each([
    ['an input', { ...kattis, ...answered }, 'data/secret/2.in', '/etc/hostname'],
    ['an input without an end', { ...kattis, ...answered }, 'data/secret/2.in', '/dev/zero'],
    ['settings of a group', kattis, 'data/secret/test_group.yaml', '/dev/zero'],
    ['the tests of a group', kattis, 'data/secret/group', elsewhere],
    ['its own settings', { 'data/secret/1.in': '' }, 'problem.yaml', '/etc/hostname'],
    ['what is beside each submission', kattis, 'include', elsewhere],
    ['validators', kattis, 'input_validators', elsewhere],
    ['submissions', kattis, 'submissions/accepted', elsewhere],
    ['settings of DOMjudge', { ...tests, 'problem.yaml': '' }, '.timelimit', '/dev/zero'],
    ['an input of a plain folder', { '1.in': '', '1.ans': '', '2.ans': '' }, '2.in', '/etc/hostname'],
    ['a group of a plain folder', { '1.in': '', '1.ans': '' }, 'group', elsewhere],
    ['an init.yml', { a: '' }, 'init.yml', '/dev/zero'],
    ['a problem.xml', { a: '' }, 'problem.xml', '/dev/zero'],
  ])('by %s', async (_, files, name, target) => {
    const root = packageOf({ 'submissions/none/a.py': '', ...files })
    symlinkSync(target, join(root, name))
    await expect(loadProblem(root)).rejects.toThrow('leads out of the package')
  })

  test('by the folder of tests that an assignment names', async () => {
    const root = packageOf({ 'assignment.yaml': `harness: {files: ../../../../../..${elsewhere}, run: [sh]}\n` })
    await expect(loadProblem(root)).rejects.toThrow('leads out of the package')
  })
})

test('links inside of a package are followed, and folders that they make endless are refused', async () => {
  const root = packageOf({ ...kattis, 'data/sample/1.ans': '' })
  symlinkSync('../secret/1.in', join(root, 'data/sample/1.in'))
  expect((await loadProblem(root)).tests.parts).toMatchObject([{ parts: [{ id: 'sample/1' }] }, {}])
  for (const name of ['a', 'b']) symlinkSync('.', join(root, 'data/secret', name))
  await expect(loadProblem(root)).rejects.toThrow('is nested more than 16 deep')
})

test('a file of a plain folder that is no test may lead anywhere', async () => {
  const root = packageOf({ '1.in': '', '1.ans': '' })
  symlinkSync('/etc/hostname', join(root, 'notes'))
  expect((await loadProblem(root)).tests.parts).toMatchObject([{ id: '1' }])
})

test('a glob that is slow to find that it does not match is found not to', async () => {
  const files = { ...kattis, [`submissions/accepted/${'a'.repeat(200)}.py`]: '' }
  const glob = `'accepted/${'*a'.repeat(20)}b': {required: [WA]}\n`
  const { warnings } = await loadProblem(packageOf({ ...files, 'submissions/submissions.yaml': glob }))
  expect(warnings).toEqual([expect.stringContaining('is about no submission')])
})
