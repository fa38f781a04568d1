import { packageError } from '../errors.ts'
import { linesOf } from '../grader/lines-of.ts'

/** A line of a file of JSON texts, and how its fields are read. */
export class JsonLine {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #path: string
  readonly #line: number

  constructor(text: string, path: string, line: number) {
    this.#path = path
    this.#line = line
    this.#fields = this.#parse(text)
  }

  #parse(text: string): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    } catch (error) {
      throw this.error(`is no JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
    throw this.error('is no JSON object')
  }

  has(key: string): boolean {
    return this.#fields[key] !== undefined && this.#fields[key] !== null
  }

  text(key: string): string | undefined {
    const value = this.has(key) ? this.#fields[key] : undefined
    if (value !== undefined && typeof value !== 'string') throw this.error(`\`${key}\` must be a text`)
    return value
  }

  /** A text, or a number in its place: a name. */
  name(key: string): string {
    const value = this.#fields[key]
    if (typeof value === 'number') return `${value}`
    if (typeof value !== 'string' || value === '') throw this.error(`\`${key}\` must be a text or a number`)
    return value
  }

  texts(key: string): readonly string[] {
    const value = this.has(key) ? this.#fields[key] : []
    if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string'))
      throw this.error(`\`${key}\` must be a list of texts`)
    return value
  }

  number(key: string): number | undefined {
    const value = this.has(key) ? this.#fields[key] : undefined
    if (value !== undefined && typeof value !== 'number') throw this.error(`\`${key}\` must be a number`)
    return value
  }

  /** A list of lists. */
  lists(key: string): readonly (readonly unknown[])[] {
    const value = this.#fields[key]
    if (!Array.isArray(value) || !value.every((each): each is unknown[] => Array.isArray(each)))
      throw this.error(`\`${key}\` must be a list of lists`)
    return value
  }

  refuseOthers(known: readonly string[]): void {
    const other = Object.keys(this.#fields).find((key) => !known.includes(key))
    if (other !== undefined) throw this.error(`unknown key \`${other}\`; known: ${known.join(', ')}`)
  }

  error(message: string): Error {
    return packageError(this.#path, message, this.#line)
  }
}

/** The lines of a file that are not blank, one by one. */
export async function* jsonLines(path: string): AsyncGenerator<JsonLine, void> {
  let number = 0
  for await (const text of linesOf(path)) {
    number++
    if (text.trim() !== '') yield new JsonLine(text, path, number)
  }
}
