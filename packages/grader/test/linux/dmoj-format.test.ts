import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProblem, type GradeResult } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { submission, useGrader } from './support/use-grader.ts'

const grader = useGrader({ concurrency: 4 })
const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

async function judge(
  init: string,
  files: Readonly<Record<string, string>>,
  [name, text]: readonly [string, string],
): Promise<GradeResult> {
  const root = mkdtempSync(join(tmpdir(), 'dmoj-'))
  made.push(root)
  for (const [path, content] of Object.entries({ 'init.yml': init, ...files })) writeFileSync(join(root, path), content)
  return grader().grade(await loadProblem(root), submission(name, text))
}

const numbers = { one: '1\n', two: '2\n' }
const each = ({ tests }: GradeResult): readonly string[] => tests.map(({ verdict }) => verdict)

test('what is worth no points decides over all that follows, from inside a batch too', async () => {
  const init = `test_cases:
- batched: [{in: two, out: two}, {in: one, out: one}]
  points: 0
- {in: one, out: one, points: 5}
`
  expect(each(await judge(init, numbers, ['a.sh', 'echo 1']))).toEqual(['WA', 'SK', 'SK'])
  expect(each(await judge(init, numbers, ['a.sh', 'cat']))).toEqual(['AC', 'AC', 'AC'])
})

test('a pretest that fails leaves the rest unjudged', async () => {
  const init = 'pretest_test_cases: [{in: two, out: two}]\ntest_cases: [{in: one, out: one, points: 5}]\n'
  expect(each(await judge(init, numbers, ['a.sh', 'echo 1']))).toEqual(['WA', 'SK'])
  expect(await judge(init, numbers, ['a.sh', 'cat'])).toMatchObject({ verdict: 'AC', score: 5, maxScore: 5 })
})

test('which tokens share a line counts for the usual checker', async () => {
  const files = { in: '', out: '1 2\n\n3\n' }
  const init = 'test_cases: [{in: in, out: out}]'
  expect(each(await judge(init, files, ['a.sh', 'printf "\\n1   2\\n3"']))).toEqual(['AC'])
  expect(each(await judge(init, files, ['a.sh', 'echo 1 2 3']))).toEqual(['WA'])
})

test('a test has its own limits', async () => {
  const init = `test_cases:
- {time_limit: 0.1}
- {memory_limit: 4096}
- {output_limit_length: 100}
`
  const text = 'x = "a" * 10**7\nprint("b" * 200)\nfor i in range(10**7): pass'
  expect(each(await judge(init, {}, ['a.py', text]))).toEqual(['TLE', 'MLE', 'OLE'])
})

test('where a package says how long a test may take on the clock, it may wait that long', async () => {
  const init = 'time_limit: 0.5\ntest_cases: [{wall_time_factor: 6}, {}]'
  expect(each(await judge(init, {}, ['a.sh', 'sleep 1.5']))).toEqual(['AC', 'ILE'])
})

describe('named files lead to the standard streams', () => {
  test.each(['symlinks: {a.in: /dev/stdin, a.out: /dev/stdout}', 'file_io: {input: a.in, output: a.out}'])(
    '%s',
    async (line) => {
      const init = `${line}\ntest_cases: [{in: one, out: one}]`
      const text =
        'int main() { FILE *i = fopen("a.in", "r"), *o = fopen("a.out", "w"); fputc(fgetc(i), o); fclose(o); }'
      expect(each(await judge(init, numbers, ['a.c', `#include <stdio.h>\n${text}`]))).toEqual(['AC'])
    },
  )
})

describe('who does not flush is heard', () => {
  const talk = `#include <stdio.h>
int main(int argc, char **argv) { int n, secret; fscanf(fopen(argv[1], "r"), "%d", &secret);
  while (scanf("%d", &n) == 1) { puts(n < secret ? "more" : "enough"); if (n >= secret) return n != secret; } return 1; }`
  const init = 'unbuffered: yes\ninteractive: {files: talk.c}\ntest_cases: [{in: two}]'

  test.each([
    [
      'a.c',
      '#include <stdio.h>\nint main() { int n = 0; char w[9]; do { printf("%d\\n", ++n); scanf("%8s", w); } while (*w == \'m\'); return 0; }',
    ],
    ['a.py', 'n = 0\nwhile True:\n    n += 1\n    print(n)\n    if input() == "enough": break'],
  ])('in %s', async (name, text) => {
    expect(each(await judge(init, { ...numbers, 'talk.c': talk }, [name, text]))).toEqual(['AC'])
  })
})

test('flags for the compiler of a checker, a generator and an interactor are obeyed', async () => {
  const only = '#ifdef FLAG\nint main() { return 0; }\n#endif\n'
  const files = { 'a.c': only }
  const inits = [
    'checker: {name: bridged, args: {files: a.c, flags: [-DFLAG]}}\ntest_cases: [{}]',
    'generator: {source: a.c, flags: [-DFLAG]}\ntest_cases: [{}]',
    'interactive: {files: a.c, flags: [-DFLAG]}\ntest_cases: [{}]',
  ]
  for (const init of inits) expect(each(await judge(init, files, ['a.sh', 'true']))).toEqual(['AC'])
})

test('a checker is called with the words of its format', async () => {
  const init = `checker: {name: bridged, args: {files: c.sh, args_format_string: '"a b" --out={output_file}'}}
test_cases: [{}]`
  const checker = '[ "$1" = "a b" ] && [ "$(cat "${2#--out=}")" = 7 ] && [ $# = 2 ]'
  expect(each(await judge(init, { 'c.sh': checker }, ['a.sh', 'echo 7']))).toEqual(['AC'])
})

describe('a checker that gives a part', () => {
  test.each([
    ['coci', 'partial 1/4', 7, 'PA', 2.5],
    ['coci', 'partial 0/4', 7, 'PA', 0],
    ['coci', 'partial 4/4', 7, 'AC', 10],
    ['coci', 'partial 5/4', 7, 'JE', 0],
    ['coci', 'partial 1/0', 7, 'JE', 0],
    ['coci', 'wrong', 1, 'WA', 0],
    ['coci', 'form', 2, 'PE', 0],
    ['testlib', 'points 3', 7, 'PA', 3],
    ['testlib', 'points 10', 7, 'AC', 10],
    ['testlib', 'points 11', 7, 'JE', 0],
    ['testlib', 'points points_info=a=1 well', 7, 'JE', 0],
    ['testlib', 'partially correct (60) well', 60, 'PA', 6],
    ['testlib', 'partially correct (3) hardly', 3, 'PA', 0.3],
    ['testlib', 'partially correct (100) said the submission', 1, 'WA', 0],
  ])('as %s, by %j and %i, is %s', async (type, said, code, verdict, score) => {
    const init = `checker: {name: bridged, args: {files: c.sh, type: ${type}}}\ntest_cases: [{points: 10}]`
    const result = await judge(init, { 'c.sh': `echo "${said}" >&2; exit ${code}` }, ['a.sh', 'echo'])
    expect(result).toMatchObject({ verdict, score })
  })
})

describe('lines in their places', () => {
  const files = { out: 'a\nb\n\nc\n' }

  test.each([
    ['linecount', 'printf " a\\nb\\nx"', 'PA', 8],
    ['linecount', 'printf "a\\nb\\nc\\nd"', 'WA', 0],
    ['{name: linematches, args: {point_distribution: [1, 1, 2]}}', 'printf "x\\ny\\nc"', 'PA', 6],
    ['{name: linematches, args: {point_distribution: [1, 1, 2]}}', 'printf "a\\nb"', 'WA', 0],
    ['{name: linematches, args: {point_distribution: [1, 1, 2], filler_lines_required: false}}', 'echo a', 'PA', 3],
    ['{name: linematches, args: {point_distribution: [1, 1]}}', 'echo a', 'JE', 0],
  ])('by %s: %s', async (checker, script, verdict, score) => {
    const init = `checker: ${checker}\ntest_cases: [{out: out, points: 12}]`
    expect(await judge(init, files, ['a.sh', script])).toMatchObject({ verdict, score })
  })
})

test('what is called by its functions knows that it is, and the program may be in an archive', async () => {
  const files = {
    'main.c': '#include "f.h"\n#include <stdio.h>\nint main() { printf("%d\\n", f()); }\n',
    'f.h': 'int f();\n',
    one: '1\n',
  }
  const init = 'signature_grader: {entry: main.c, header: f.h}\ntest_cases: [{out: one}]'
  const text = '#if defined SIGNATURE_GRADER && defined ONLINE_JUDGE\nint f() { return 1; }\n#endif\n'
  expect(each(await judge(init, files, ['a.cpp', text]))).toEqual(['AC'])
})

test('what is called by its functions may have folders, and finds what lies beside it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'dmoj-'))
  made.push(root)
  const init = 'signature_grader: {entry: main.c, header: f.h}\ntest_cases: [{out: one}]'
  const main = '#include "f.h"\n#include <stdio.h>\nint main() { printf("%d\\n", f()); }\n'
  for (const [path, text] of Object.entries({ 'init.yml': init, 'main.c': main, 'f.h': 'int f();\n', one: '1\n' }))
    writeFileSync(join(root, path), text)
  const files = {
    'one/f.cpp': '#include "own.h"\nint f() { return own; }\n',
    'one/own.h': 'const int own = 1;\n',
    'other/own.h': 'const int own = 2;\n',
  }
  const own = Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const)
  const result = await grader().grade(await loadProblem(root), { name: 'a', files: Object.fromEntries(own) })
  expect(each(result)).toEqual(['AC'])
})
