import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import type { Problem, ProgramSource } from '@mayfly/grader'
import type { Command } from 'commander'

import { invalidOption } from '../invalid-option.ts'
import { judgeForPlatform, platforms } from './platform.ts'

/** Adds `mayfly exercism`. */
export function addExercismCommand(program: Command, end: (status: number) => void): void {
  program
    .command('exercism')
    .summary('be a test runner of Exercism')
    .description(
      "Judges a solution by the assignment EXERCISES/SLUG and writes OUTPUT/results.json: all that a test runner's bin/run.sh has to do.",
    )
    .argument('<slug>')
    .argument('<input>', "the solution's folder")
    .argument('<output>')
    .requiredOption('--exercises <dir>', 'a folder of assignments, by their slugs')
    .addHelpText('after', '\nExit status: 0 if it was judged, whatever the verdict, 125 if not.')
    .action(async (slug: string, input: string, output: string, { exercises }: { readonly exercises: string }) => {
      if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug)) throw invalidOption('slug', 'must be words joined by hyphens', slug)
      const results = join(output, 'results.json')
      const read = async (problem: Problem): Promise<ProgramSource> => readSolution(input, problem)
      end(await judgeForPlatform(platforms.exercism, join(exercises, slug), read, results))
    })
}

/** The files that the exercise calls a solution: beside them there are its tests, which are not the student's. */
async function readSolution(input: string, problem: Problem): Promise<ProgramSource> {
  const { readSubmission } = await import('@mayfly/grader')
  const named = await solutionFiles(input)
  if (named === undefined) return readSubmission(input, problem)
  const files: Record<string, Uint8Array> = {}
  for (const name of named) {
    const path = join(input, name)
    if (!(await isInside(input, path))) continue
    const read = await readSubmission(path, problem)
    const isFile = (await stat(path)).isFile()
    for (const [own, content] of Object.entries(read.files))
      files[relative(input, isFile ? path : join(path, own))] = content
  }
  const bytes = Object.values(files).reduce((sum, { length }) => sum + length, 0)
  if (bytes > problem.limits.codeBytes) throw unfit(`${input} holds more than ${problem.limits.codeBytes} bytes`)
  if (Object.keys(files).length === 0) throw unfit(`${input} holds none of ${named.join(', ')}`)
  return { name: basename(input), files }
}

/** Whether it is there, and no name or link on the way leads elsewhere. */
async function isInside(root: string, path: string): Promise<boolean> {
  const [target, within] = await Promise.all([realpath(path).catch(() => ''), realpath(root)])
  return target.startsWith(`${within}${sep}`)
}

function unfit(message: string): Error {
  return Object.assign(new Error(message), { code: 'INVALID_SUBMISSION' })
}

/** `files.solution` of `.meta/config.json`; undefined where there is none. */
async function solutionFiles(input: string): Promise<readonly string[] | undefined> {
  const path = join(input, '.meta/config.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const solution = member(member(parsed(text, path), 'files', path), 'solution', path)
  if (solution === undefined) return undefined
  if (Array.isArray(solution) && solution.every((name): name is string => typeof name === 'string')) return solution
  throw unfit(`${path}: \`files.solution\` must be a list of names`)
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw unfit(`${path}: is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function member(value: unknown, key: string, path: string): unknown {
  if (value === undefined) return undefined
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.entries(value).find(([name]) => name === key)?.[1]
  throw unfit(`${path}: what holds \`${key}\` must be an object`)
}
