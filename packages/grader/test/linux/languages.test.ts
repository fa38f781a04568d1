import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { languages, loadProblem, type ComparedTexts, type ProgramSource } from '@mayfly/grader'
import { expect, test } from 'vitest'
import { problems, useGrader } from './support/use-grader.ts'

const grader = useGrader()
const folder = fileURLToPath(new URL('../../../../fixtures/languages/', import.meta.url))
const plain = await loadProblem(`${problems}plain`)
const roomy = { ...plain, limits: { ...plain.limits, memoryBytes: 1024 ** 3 } }

/** The program of a language that adds two numbers, or the one that is none. */
function program(id: string, kind: 'good' | 'bad'): ProgramSource {
  const name = readdirSync(`${folder}${id}`).find((file) => file.startsWith(`${kind}.`)) ?? ''
  return { name, language: id, files: { [name]: readFileSync(`${folder}${id}/${name}`) } }
}

test('every language of the table has a program that is one, and one that is none', () => {
  const found = readdirSync(folder).filter((name) => !name.includes('.'))
  expect(found.sort()).toEqual(languages.map(({ id }) => id).sort())
})

// Those that are not installed here are judged in an image that has all of them, by `npm run test:languages`.
test.each(languages.map(({ id }) => id))(
  '%s: a program is accepted, what is none is a compile error that says why; or the language is told as missing',
  { timeout: 60_000 },
  async (id) => {
    const { installed, missing } = (await grader().languages()).find((each) => each.id === id) ?? { missing: [] }
    const judged = await Promise.all(
      (['good', 'bad'] as const).map(async (kind) =>
        grader()
          .grade(roomy, program(id, kind), { timeMs: 10_000 })
          .then(
            ({ verdict, compile }) => ({ verdict, says: (compile?.messages.text ?? '') !== '' }),
            (error: unknown) => String(error),
          ),
      ),
    )
    const isMissing: unknown = expect.stringContaining(`is not installed here: there is no ${missing.join(', ')}`)
    const says: unknown = expect.any(Boolean)
    const fromHere = [
      { verdict: 'AC', says },
      { verdict: 'CE', says: true },
    ]
    expect(judged).toEqual(installed === true ? fromHere : [isMissing, isMissing])
  },
)

const seesTheJudge: Readonly<Record<string, string>> = {
  'a.c': '#include <stdio.h>\nint main(void) { printf("%d\\n", A_JUDGE + 2); return 0; }',
  'a.cc': '#include <iostream>\nint main() { std::cout << A_JUDGE + 2; }',
  'a.f90': 'program p\nprint *, A_JUDGE + 2\nend program p',
  'a.awk': 'BEGIN { print A_JUDGE + 2 }',
  'a.sh': 'echo $((A_JUDGE + 2))',
  'a.py': 'import os\nprint(int(os.environ["A_JUDGE"]) + 2)',
  'a.pas': 'program p; begin {$ifdef A_JUDGE} writeln(3); {$endif} end.',
  'a.cs': 'class P { static void Main() {\n#if A_JUDGE\nSystem.Console.WriteLine(3);\n#endif\n} }',
}

test.each(Object.entries(seesTheJudge))('%s sees that it is judged where the problem says so', async (name, text) => {
  const id = languages.find(({ extensions }) => extensions.includes(name.slice(2)))?.id
  const installed = (await grader().languages()).some((each) => each.id === id && each.installed)
  const submission = { name, files: { [name]: Buffer.from(text) } }
  const isThree = {
    kind: 'function' as const,
    check: ({ output }: ComparedTexts) => Buffer.from(output).toString().trim() === '3',
  }
  const verdictWith = async (defines: readonly string[]): Promise<string> =>
    grader()
      .grade({ ...roomy, compare: isThree, defines }, submission, { timeMs: 10_000 })
      .then(
        ({ verdict }) => (verdict === 'AC' ? 'accepted' : 'not accepted'),
        () => 'not installed',
      )
  const seen = await Promise.all([verdictWith(['A_JUDGE']), verdictWith([])])
  expect(seen).toEqual(installed ? ['accepted', 'not accepted'] : ['not installed', 'not installed'])
})
