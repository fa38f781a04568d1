import { posix } from 'node:path'
import { GraderError } from '../errors.ts'
import { isNamed } from '../formats/kattis/parts.ts'
import type { Shared } from '../grader/shared.ts'
import { detectLanguage } from '../languages/detect.ts'
import type { Language } from '../languages/language.ts'
import { validationLimits, withTrusted } from '../judge/checker.ts'
import { runWithin, type Workshop } from '../judge/workshop.ts'
import type { Problem, ProgramSource, Test } from '../problem/problem.ts'

/** What an input validator said of an input: it takes it, does not, or could not be asked. */
export type InputOpinion =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid'; readonly how: string }
  | { readonly kind: 'broken'; readonly how: string }

/** What reads a grammar of inputs is no compiler: it looks at an input itself. */
const checktestdata: Language = {
  id: 'checktestdata',
  name: 'checktestdata',
  extensions: ['ctd'],
  needs: ['checktestdata'],
  version: ['checktestdata', '--version'],
  run: ({ entry }) => ['checktestdata', entry],
}

/** The input validators of a problem, as far as they can be run here. */
export class InputValidators {
  readonly #shared: Shared
  readonly #problem: Problem
  readonly #workshop: Workshop
  readonly usable: readonly ProgramSource[]
  /** Those that cannot be run here, with the reason, in sentences. */
  readonly notRun: readonly string[]

  private constructor(shared: Shared, problem: Problem, refusals: ReadonlyMap<ProgramSource, string>) {
    this.#shared = shared
    this.#problem = problem
    this.#workshop = withGrammars(shared)
    this.usable = problem.inputValidators.filter((validator) => !refusals.has(validator))
    this.notRun = [...refusals].map(([{ name }, why]) => `${name} was not run: ${why}`)
  }

  /** Finds out which can be run. */
  static async of(shared: Shared, problem: Problem): Promise<InputValidators> {
    const workshop = withGrammars(shared)
    const refusals = new Map<ProgramSource, string>()
    for (const validator of problem.inputValidators) {
      const why = await whyNot(workshop, validator)
      if (why !== undefined) refusals.set(validator, why)
    }
    return new InputValidators(shared, problem, refusals)
  }

  /** What one of them says of an input. */
  async ask(validator: ProgramSource, test: Test): Promise<InputOpinion> {
    const { blobs } = this.#shared.workshop
    const stdin = await blobs.read(test.input)
    const beside = await Promise.all(
      Object.entries(test.files).map(async ([path, blob]) => [path, await blobs.read(blob)] as const),
    )
    const limits = validationLimits(this.#problem)
    const [workshop, problem] = [this.#workshop, this.#problem]
    const usual = this.#problem.format === 'polygon' ? 0 : 42
    let [accepts, isGrammar] = [usual, false]
    const result = await withTrusted(workshop, problem, validator, async (product) => {
      isGrammar = product.language === checktestdata.id
      accepts = isGrammar ? 0 : usual
      const flags = isGrammar ? [] : [...flagsFor(validator, test), ...test.args]
      const argv = [...product.argv(limits.memoryBytes ?? 0), ...flags]
      const start = product.start()
      const files = { ...start.files, ...Object.fromEntries(beside) }
      return runWithin(workshop, { argv, env: product.env, ...start, files, stdin }, limits)
    })
    if ('infrastructure' in result && result.infrastructure !== undefined)
      return { kind: 'broken', how: result.infrastructure }
    if ('check' in result) return { kind: 'broken', how: result.check.judgeMessage ?? 'cannot be compiled' }
    if ('cannotStart' in result) return { kind: 'broken', how: result.cannotStart }
    if (!('status' in result)) return { kind: 'broken', how: 'could not be run' }
    if (result.status !== 'exited') return { kind: 'broken', how: `ended as ${result.status}` }
    const { exitCode } = result
    if (exitCode === accepts) return { kind: 'valid' }
    const words = firstLine(`${String(result.stderr).trim()}\n${String(result.stdout).trim()}`.trim())
    const how = exitCode === 43 || isGrammar ? 'rejects it' : `ended with ${exitCode}`
    return { kind: 'invalid', how: words === '' ? how : `${how}: ${words}` }
  }
}

function withGrammars({ workshop }: Shared): Workshop {
  return { ...workshop, languages: [...workshop.languages, checktestdata] }
}

async function whyNot(workshop: Workshop, validator: ProgramSource): Promise<string | undefined> {
  if (Object.keys(validator.files).some((path) => posix.extname(path) === '.viva')) return 'VIVA is not supported'
  try {
    const { language } = detectLanguage(validator, workshop.languages)
    const missing = await workshop.installed.missing(workshop, language)
    return missing.length === 0 ? undefined : `there is no ${missing.join(', ')} here`
  } catch (error) {
    if (error instanceof GraderError) return error.message
    throw error
  }
}

function flagsFor(validator: ProgramSource, { inputFlags = [] }: Test): readonly string[] {
  if (isList(inputFlags)) return inputFlags
  return Object.entries(inputFlags).find(([name]) => isNamed(validator, name))?.[1] ?? []
}

function isList(flags: NonNullable<Test['inputFlags']>): flags is readonly string[] {
  return Array.isArray(flags)
}

const lineMax = 200

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, lineMax)
}
