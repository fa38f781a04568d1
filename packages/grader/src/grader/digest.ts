import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Blob, Problem, ProgramSource, Test } from '../problem/problem.ts'
import { testsOf } from '../problem/problem.ts'

/** A name for everything that a submission consists of. */
export function digestOfProgram(program: ProgramSource): string {
  const hash = createHash('sha256')
  addProgram(hash, program)
  return `sha256:${hash.digest('hex')}`
}

function addProgram(hash: Hash, { files, language, entryPoint, flags = [] }: ProgramSource): void {
  hash.update(JSON.stringify([language ?? null, entryPoint ?? null, ...flags]))
  for (const [path, content] of Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)))
    hash.update(`\0${path}\0${content.length}\0`).update(content)
}

/** A name for everything of a problem that a verdict may depend on. */
export async function digestOfProblem(problem: Problem): Promise<string> {
  const hash = createHash('sha256')
  const { compare, interactor, signature, staticValidator, limits, timing, scoring, languages, multiPass } = problem
  const kinds = [
    ...[interactor?.protocol ?? null, interactor?.args ?? null, interactor?.unbuffered ?? false],
    ...[
      signature?.keepsMain ?? null,
      problem.submitAnswer,
      problem.unbuffered ?? false,
      problem.pointsWithinTest ?? false,
    ],
  ]
  hash.update(
    JSON.stringify([limits, timing, scoring, languages, multiPass, kinds, groupKey(problem), problem.defines ?? []]),
  )
  addCompare(hash, compare)
  const programs = [
    ...(interactor === undefined ? [] : [interactor.program]),
    ...(staticValidator === undefined ? [] : [staticValidator]),
  ]
  for (const program of programs) addProgram(hash, program)
  if (signature !== undefined)
    addProgram(hash, { name: 'signature', files: signature.files, entryPoint: signature.header })
  for (const [language, files] of Object.entries(problem.include)) addProgram(hash, { name: language, files })
  if (problem.harness !== undefined) {
    const { files, ...said } = problem.harness
    hash.update(JSON.stringify(said))
    addProgram(hash, { name: 'harness', files })
  }
  for (const test of testsOf(problem.tests)) await addTest(hash, test)
  return `sha256:${hash.digest('hex')}`
}

function addCompare(hash: Hash, compare: Problem['compare']): void {
  hash.update(JSON.stringify(compareKey(compare)))
  if (compare.kind === 'program') for (const program of compare.programs) addProgram(hash, program)
}

function compareKey(compare: Problem['compare']): unknown {
  if (compare.kind === 'function') return String(compare.check)
  if (compare.kind !== 'program') return compare
  const { protocol, args = null, isTold = false } = compare
  return [protocol, args, isTold]
}

function groupKey({ tests }: Problem): unknown {
  return JSON.parse(
    JSON.stringify(tests, (key, value: unknown) =>
      ['input', 'answer', 'files', 'program', 'programs', 'compare'].includes(key) ? undefined : value,
    ),
  ) as unknown
}

async function addTest(hash: Hash, test: Test): Promise<void> {
  hash.update(`\0${JSON.stringify([test.id, Object.keys(test.files)])}\0`)
  if (test.compare !== undefined) addCompare(hash, test.compare)
  if (test.generator !== undefined) addProgram(hash, test.generator.program)
  for (const blob of [test.input, test.answer, ...Object.values(test.files)]) await addBlob(hash, blob)
}

async function addBlob(hash: Hash, blob: Blob): Promise<void> {
  if ('content' in blob) {
    hash.update(`\0${blob.content.length}\0`).update(blob.content)
    return
  }
  const own = createHash('sha256')
  await pipeline(createReadStream(blob.path), own)
  hash.update(own.digest()).update(blob.newlines ?? '')
}
