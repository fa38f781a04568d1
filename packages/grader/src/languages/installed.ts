import { unlessAborted } from '../judge/unless-aborted.ts'
import { forEveryone, runWithin, type Workshop } from '../judge/workshop.ts'
import type { Language } from './language.ts'

/** What is known of a language here. */
export interface LanguageReport {
  readonly id: string
  readonly name: string
  readonly extensions: readonly string[]
  readonly installed: boolean
  /** What its compiler or interpreter says of itself. */
  readonly version?: string
  /** Programs that it lacks, or that are too old. */
  readonly missing: readonly string[]
}

const look = 'for name; do command -v "$name" >/dev/null || echo "$name"; done'
const limits = { cpuTimeMs: 20_000, wallTimeMs: 40_000, cpuWeight: 100 }

/** What is asked once for all who want to know it. Where nobody could answer, whoever comes next asks again. */
class Answers<Value> {
  readonly #known = new Map<string, Promise<Value | undefined>>()

  /** Undefined where nobody could answer. */
  async get(
    key: string,
    workshop: Workshop,
    ask: (workshop: Workshop) => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    return unlessAborted(this.#known.get(key) ?? this.#ask(key, ask(forEveryone(workshop))), workshop.signal)
  }

  #ask(key: string, answer: Promise<Value | undefined>): Promise<Value | undefined> {
    this.#known.set(key, answer)
    const forget = (value?: Value): void => {
      if (value === undefined) this.#known.delete(key)
    }
    answer.then(forget, () => forget())
    return answer
  }
}

/** Asks, inside a container and once for each language, whether it is there and by what. */
export class InstalledLanguages {
  readonly #missing = new Answers<readonly string[]>()
  readonly #versions = new Answers<string>()

  /** Programs that a language lacks; none if it can be used. */
  async missing(workshop: Workshop, language: Language): Promise<readonly string[]> {
    return this.#ask(language.id, workshop, language)
  }

  /** Of these programs, those that are not there. */
  async lacking(workshop: Workshop, needs: readonly string[]): Promise<readonly string[]> {
    return this.#ask(`: ${needs.join(' ')}`, workshop, { needs })
  }

  async #ask(key: string, workshop: Workshop, what: Looked): Promise<readonly string[]> {
    const found = await this.#missing.get(key, workshop, async (everyones) => findMissing(everyones, what))
    return found ?? ['container to look in']
  }

  async version(workshop: Workshop, language: Language): Promise<string> {
    const said = await this.#versions.get(language.id, workshop, async (everyones) => askVersion(everyones, language))
    return said ?? 'unknown'
  }

  /** All languages of the table. */
  async report(workshop: Workshop): Promise<readonly LanguageReport[]> {
    return Promise.all(
      workshop.languages.map(async (language) => {
        const { id, name, extensions } = language
        const missing = await this.missing(workshop, language)
        const report = { id, name, extensions, missing, installed: missing.length === 0 }
        return missing.length > 0 ? report : { ...report, version: await this.version(workshop, language) }
      }),
    )
  }
}

type Looked = Pick<Language, 'needs' | 'probe' | 'lacks'>

/** Undefined: what was asked did not come to its end, which says nothing of what is there. */
async function findMissing(
  workshop: Workshop,
  { needs, probe, lacks }: Looked,
): Promise<readonly string[] | undefined> {
  const result = await runWithin(workshop, { argv: ['sh', '-c', look, 'sh', ...needs] }, limits)
  if ('cannotStart' in result) return ['sh']
  if ('infrastructure' in result || result.status !== 'exited') return undefined
  const lacking = String(result.stdout)
    .split('\n')
    .filter((line) => line !== '')
  if (lacking.length > 0 || probe === undefined) return lacking
  const probed = await runWithin(workshop, { argv: probe }, limits)
  if ('infrastructure' in probed || ('status' in probed && probed.status === 'limited')) return undefined
  const isFit = 'status' in probed && probed.status === 'exited' && probed.exitCode === 0
  return isFit ? [] : [lacks ?? `a newer ${needs[0] ?? ''}`]
}

async function askVersion(workshop: Workshop, { version: argv, env }: Language): Promise<string | undefined> {
  const result = await runWithin(workshop, { argv, env: env ?? {} }, limits)
  if (!('status' in result)) return undefined
  return `${String(result.stdout)}${String(result.stderr)}`.trim().split('\n')[0] ?? ''
}
