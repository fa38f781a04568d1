import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { languages, loadProblem, type ProgramSource } from '@mayfly/grader'
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
