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

/** Asks, inside a container and once for each language, whether it is there and by what. */
export class InstalledLanguages {
  readonly #missing = new Map<string, Promise<readonly string[] | undefined>>()
  readonly #versions = new Map<string, Promise<string>>()

  /** Programs that a language lacks; none if it can be used. */
  async missing(workshop: Workshop, language: Language): Promise<readonly string[]> {
    return this.#ask(language.id, async () => findMissing(forEveryone(workshop), language))
  }

  /** Of these programs, those that are not there. */
  async lacking(workshop: Workshop, needs: readonly string[]): Promise<readonly string[]> {
    return this.#ask(`: ${needs.join(' ')}`, async () => findMissing(forEveryone(workshop), { needs }))
  }

  /** Where nobody could answer, whoever comes next asks again. */
  async #ask(key: string, find: () => Promise<readonly string[] | undefined>): Promise<readonly string[]> {
    const known = this.#missing.get(key) ?? find()
    this.#missing.set(key, known)
    const found = await known
    if (found === undefined) this.#missing.delete(key)
    return found ?? ['container to look in']
  }

  async version(workshop: Workshop, language: Language): Promise<string> {
    const known = this.#versions.get(language.id) ?? askVersion(forEveryone(workshop), language)
    this.#versions.set(language.id, known)
    return known
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

/** Undefined: what was asked did not come to its end, which says nothing of what is there. */
async function findMissing(
  workshop: Workshop,
  { needs, probe, lacks }: Pick<Language, 'needs' | 'probe' | 'lacks'>,
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

async function askVersion(workshop: Workshop, { version: argv, env }: Language): Promise<string> {
  const result = await runWithin(workshop, { argv, env: env ?? {} }, limits)
  if (!('status' in result)) return 'unknown'
  return `${String(result.stdout)}${String(result.stderr)}`.trim().split('\n')[0] ?? ''
}
