import { packageError } from '../errors.ts'
import { linesOf } from '../grader/lines-of.ts'

/** A line of a file of JSON texts, and how its fields are read. */
export class JsonLine {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #path: string
  readonly #line: number
  /** As it stands in the file: numbers in it are not yet those of JavaScript. */
  readonly raw: string

  constructor(text: string, path: string, line: number) {
    this.#path = path
    this.#line = line
    this.raw = text
    this.#fields = this.#parse(text)
  }

  #parse(text: string): Readonly<Record<string, unknown>> {
    try {
      const value = parsed(text)
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

  /** Refuses what is no list of lists. */
  requireLists(key: string): void {
    const value = this.#fields[key]
    if (!Array.isArray(value) || !value.every((each) => Array.isArray(each)))
      throw this.error(`\`${key}\` must be a list of lists`)
  }

  refuseOthers(known: readonly string[]): void {
    const other = Object.keys(this.#fields).find((key) => !known.includes(key))
    if (other !== undefined) throw this.error(`unknown key \`${other}\`; known: ${known.join(', ')}`)
  }

  error(message: string): Error {
    return packageError(this.#path, message, this.#line)
  }
}

/** Python writes numbers that are none, or infinite, as JSON has no words for them: here they say nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const plain = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
      found.startsWith('"') ? found : 'null',
    )
    if (plain === text) throw error
    return JSON.parse(plain)
  }
}

/** The objects of a line that is a list of them; undefined where it is none. */
function listed(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(text)
    const holdsTasks = Array.isArray(list) && list.length > 0
    return holdsTasks ? list.map((each) => JSON.stringify(each)) : undefined
  } catch {
    return undefined
  }
}

/** The lines of a file that are not blank, one by one; of a line that is a list, what it holds. */
export async function* jsonLines(path: string): AsyncGenerator<JsonLine, void> {
  let number = 0
  for await (const text of linesOf(path)) {
    number++
    if (text.trim() === '') continue
    for (const each of listed(text) ?? [text]) yield new JsonLine(each, path, number)
  }
}
