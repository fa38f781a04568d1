import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadProblem } from '@mayfly/grader'
import { afterEach, expect, test } from 'vitest'

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

const tests = { 'problem.yaml': 'name: N\n', 'data/secret/1.in': '1', 'data/secret/1.ans': '1' }

/** A package of these files, with a test. */
function packageOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'domjudge-'))
  made.push(root)
  for (const [path, text] of Object.entries({ ...tests, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

test('submissions.json says what starts a submission', async () => {
  const root = packageOf({
    'submissions.json':
      '{"submissions/accepted/two/": {"entry_point": "b.py", "language": "pypy3"}, "submissions/accepted/no/": {}}',
    'submissions/accepted/two/a.py': '',
    'submissions/accepted/two/b.py': '',
  })
  const { submissions, warnings, defines } = await loadProblem(root)
  expect(submissions).toMatchObject([{ name: 'accepted/two', entryPoint: 'b.py', language: 'pypy3' }])
  expect(warnings).toEqual(['submissions.json names submissions/accepted/no, which is not there'])
  expect(defines).toEqual(['ONLINE_JUDGE', 'DOMJUDGE'])
})

test.each([
  ['{"submissions/accepted/a.py": {"entrypoint": "a"}}', 'submissions/accepted/a.py: `entrypoint` is not a key'],
  ['{"submissions/accepted/a.py": {"entry_point": 1}}', '`entry_point` must be a string'],
  ['{"submissions/accepted/a.py": 1}', 'must be a mapping'],
  ['{"accepted/a.py": {}}', 'accepted/a.py is not below submissions/'],
  ['[', 'submissions.json:1:'],
  ['[]', 'must hold a mapping'],
])('refuses %s as submissions.json', async (text, message) => {
  const root = packageOf({ 'submissions.json': text, 'submissions/accepted/a.py': '' })
  await expect(loadProblem(root)).rejects.toThrow(message)
})

test('only the submissions of a package for DOMjudge see that it judges them', async () => {
  const annotated = packageOf({ 'submissions/accepted/a.py': '# @EXPECTED_RESULTS@: CORRECT' })
  const other = packageOf({ 'submissions/accepted/a.py': '' })
  expect((await loadProblem(annotated)).defines).toEqual(['ONLINE_JUDGE', 'DOMJUDGE'])
  expect((await loadProblem(other)).defines).toBeUndefined()
})
