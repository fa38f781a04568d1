// Judges, in every language of the grader's table, a program that adds two numbers and one that is none, in an image that
// has all of them. Heavy: it fetches some 500 MiB of Debian packages. node test/images/languages.ts [LANGUAGE…]
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createGrader, languages, loadProblem, readSubmission, type Grader } from '@mayfly/grader'
import { buildImage } from '@mayfly/images'
import { createSandbox, MiB, SandboxError, type Sandbox } from '@mayfly/sandbox'

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const plain = await loadProblem(`${fixtures}problems/plain`)
const problem = { ...plain, limits: { ...plain.limits, memoryBytes: 1024 * MiB } }
const timeMs = 20_000

async function judge(grader: Grader, id: string, kind: 'good' | 'bad'): Promise<string> {
  const name = readdirSync(`${fixtures}languages/${id}`).find((file) => file.startsWith(`${kind}.`)) ?? ''
  const read = await readSubmission(`${fixtures}languages/${id}/${name}`, problem)
  const { verdict, reason, compile } = await grader.grade(problem, { ...read, language: id }, { timeMs })
  const isRight = kind === 'good' ? verdict === 'AC' : verdict === 'CE' && (compile?.messages.text.trim() ?? '') !== ''
  return isRight ? '' : `${name} got ${verdict} ${reason}\n${compile?.messages.text ?? ''}`
}

/** Node 18 of Debian does not run TypeScript: the grader says so, and that is right. */
async function failureOf(grader: Grader, id: string): Promise<string> {
  try {
    return (await judge(grader, id, 'good')) + (await judge(grader, id, 'bad'))
  } catch (error) {
    return id === 'typescript' && String(error).includes('there is no a newer node') ? '' : String(error)
  }
}

const image = 'every-language'
const open = async (): Promise<Sandbox> => createSandbox({ concurrency: 4, image })
// Once it has been built it stays: `mayfly image remove every-language` makes a new one of it.
await using sandbox = await open().catch(async (error: unknown) => {
  if (!(error instanceof SandboxError) || error.code !== 'INVALID_OPTION') throw error
  await buildImage(`${fixtures}languages/${image}.json`)
  return open()
})
await using grader = createGrader({ sandbox, image })
const asked = process.argv.slice(2)
const ids = languages.map(({ id }) => id).filter((id) => asked.length === 0 || asked.includes(id))
let failed = 0
for (const id of ids) {
  const failure = await failureOf(grader, id)
  console.log(failure === '' ? `passed  ${id}` : `FAILED  ${id}: ${failure}`)
  if (failure !== '') failed += 1
}
console.log(`${ids.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
