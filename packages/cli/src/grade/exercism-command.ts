import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
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
  const read = await readSubmission(input, problem)
  const named = await solutionFiles(input)
  const files = Object.fromEntries(Object.entries(read.files).filter(([path]) => named?.includes(path) ?? true))
  if (Object.keys(files).length > 0) return { ...read, name: basename(input), files }
  const error = new Error(`${input} holds none of ${named?.join(', ')}`)
  throw Object.assign(error, { code: 'INVALID_SUBMISSION' })
}

/** `files.solution` of `.meta/config.json`; undefined where there is none. */
async function solutionFiles(input: string): Promise<readonly string[] | undefined> {
  const text = await readFile(join(input, '.meta/config.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { files } = JSON.parse(text) as { readonly files?: { readonly solution?: unknown } }
  return Array.isArray(files?.solution) ? files.solution.map(String) : undefined
}
