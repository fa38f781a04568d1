import { readFile } from 'node:fs/promises'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import { packageError, type GraderError } from '../errors.ts'
import { beyond, timeBound, type Bound } from '../problem/bounds.ts'

const aliasesMax = 100

/** A mapping in a YAML file, read key by key, so that what is left over can be refused with its line. */
export class YamlMap {
  readonly path: string
  readonly #node: YAMLMap
  readonly #lines: LineCounter
  readonly #read = new Set<string>()

  private constructor(path: string, node: YAMLMap, lines: LineCounter) {
    this.path = path
    this.#node = node
    this.#lines = lines
  }

  /** Reads a file; one that is empty is an empty mapping. */
  static async load(path: string, shownPath: string): Promise<YamlMap> {
    return YamlMap.parse(await readFile(path, 'utf8'), shownPath)
  }

  static parse(text: string, shownPath: string): YamlMap {
    const lines = new LineCounter()
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
    const [error] = document.errors
    if (error !== undefined)
      throw packageError(shownPath, error.message.split('\n')[0] ?? '', lines.linePos(error.pos[0]).line)
    const { contents } = document
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      return YamlMap.parse('{}', shownPath)
    }
    if (!isMap(contents)) throw packageError(shownPath, 'must hold a mapping', 1)
    try {
      document.toJS({ maxAliasCount: aliasesMax })
    } catch (cause) {
      throw packageError(shownPath, cause instanceof Error ? cause.message : String(cause), 1)
    }
    return new YamlMap(shownPath, contents, lines)
  }

  has(key: string): boolean {
    return this.#node.has(key)
  }

  keys(): readonly string[] {
    return this.#node.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key)))
  }

  /** An error about a key of this mapping, or about itself. */
  error(key: string | undefined, message: string): GraderError {
    const item = this.#node.items.find((each) => isScalar(each.key) && String(each.key.value) === key)
    const node = (item?.key ?? this.#node) as Node
    const line = node.range ? this.#lines.linePos(node.range[0]).line : 1
    return packageError(this.path, key === undefined ? message : `\`${key}\` ${message}`, line)
  }

  /** The plain value, whatever it is. */
  value(key: string): unknown {
    this.#read.add(key)
    const node = this.#node.get(key, true) as Node | undefined
    return node === undefined ? undefined : (node.toJSON() as unknown)
  }

  string(key: string): string | undefined {
    const value = this.value(key)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw this.error(key, 'must be a string')
  }

  /** A plain value as it stands in the file, so that a number keeps its form. */
  text(key: string): string | undefined {
    this.#read.add(key)
    const node: unknown = this.#node.get(key, true)
    if (isScalar(node) && typeof node.value === 'number' && node.source !== undefined) return node.source
    return this.string(key)
  }

  oneOf<Value extends string>(key: string, values: readonly Value[]): Value | undefined {
    const value = this.string(key)
    if (value === undefined) return undefined
    const found = values.find((each) => each === value)
    if (found === undefined) throw this.error(key, `must be one of ${values.join(', ')}, got ${value}`)
    return found
  }

  /** At least `minimum`, and at most what is within the bound, counted in its own unit. */
  number(key: string, minimum = Number.NEGATIVE_INFINITY, bound?: Bound, unit = 1): number | undefined {
    const value = this.value(key)
    if (value === undefined || value === null) return undefined
    const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN
    if (Number.isNaN(number) || number < minimum) {
      const least = minimum === Number.NEGATIVE_INFINITY ? '' : ` of at least ${minimum}`
      throw this.error(key, `must be a number${least}, got ${JSON.stringify(value)}`)
    }
    const wrong = bound === undefined ? undefined : beyond(number, unit, bound)
    if (wrong !== undefined) throw this.error(key, wrong)
    return number
  }

  /** So many of a unit, as an integer of what that consists of. */
  amount(key: string, unit: number, bound: Bound, minimum = 1): number | undefined {
    const value = this.number(key, minimum, bound, unit)
    return value === undefined ? undefined : Math.round(value * unit)
  }

  /** A time that is given in seconds, at least one thousandth. */
  milliseconds(key: string): number | undefined {
    return this.amount(key, 1000, timeBound, 0.001)
  }

  integer(key: string, minimum: number, bound: Bound): number | undefined {
    const value = this.number(key, minimum, bound)
    if (value !== undefined && !Number.isInteger(value)) throw this.error(key, `must be an integer, got ${value}`)
    return value
  }

  /** The words of YAML 1.1 count too: what reads these formats elsewhere knows no other. */
  boolean(key: string): boolean | undefined {
    const value = this.value(key)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string' && /^(?:yes|on|no|off)$/i.test(value)) return /^(?:yes|on)$/i.test(value)
    if (typeof value !== 'boolean') throw this.error(key, `must be true or false, got ${JSON.stringify(value)}`)
    return value
  }

  /** A list of strings; a single string is split at blanks, as flags are. */
  words(key: string): readonly string[] | undefined {
    const value = this.value(key)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return value.split(/\s+/).filter((word) => word !== '')
    if (typeof value === 'number') return [String(value)]
    if (Array.isArray(value) && value.every((word) => ['string', 'number', 'boolean'].includes(typeof word)))
      return value.map(String)
    throw this.error(key, 'must be a list of strings')
  }

  /** Words of a command line: a list, or a text in which quotes keep together what blanks would split. */
  flags(key: string): readonly string[] | undefined {
    const value = this.value(key)
    if (typeof value !== 'string') return this.words(key)
    const words = splitAsShell(value)
    if (words === undefined) throw this.error(key, 'has a quote that is not closed')
    return words
  }

  map(key: string): YamlMap | undefined {
    this.#read.add(key)
    const node: unknown = this.#node.get(key, true)
    if (node === undefined || (isScalar(node) && node.value === null)) return undefined
    if (!isMap(node)) throw this.error(key, 'must be a mapping')
    return new YamlMap(this.path, node, this.#lines)
  }

  /** A list of mappings. */
  maps(key: string): readonly YamlMap[] | undefined {
    this.#read.add(key)
    const node: unknown = this.#node.get(key, true)
    if (node === undefined || (isScalar(node) && node.value === null)) return undefined
    if (!isSeq(node) || !node.items.every(isMap)) throw this.error(key, 'must be a list of mappings')
    return node.items.map((item) => new YamlMap(this.path, item, this.#lines))
  }

  isMap(key: string): boolean {
    return isMap(this.#node.get(key, true))
  }

  /** Keys that are known and say nothing about judging. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key)
  }

  /** Refuses what was not read: a misspelt key would change the judging in silence. */
  refuseRest(): void {
    const unknown = this.keys().find((key) => !this.#read.has(key))
    if (unknown !== undefined) throw this.error(unknown, 'is not a key of this format')
  }
}

const flagWord = /(?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*')+/g

/** Splits as a shell does, of which nothing else is honoured; undefined where a quote is not closed. */
function splitAsShell(text: string): readonly string[] | undefined {
  if (text.replaceAll(flagWord, '').trim() !== '') return undefined
  return [...text.matchAll(flagWord)].map(([word]) =>
    word.replaceAll(
      /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\([^])/g,
      (_, double?: string, single?: string, escaped?: string) =>
        double === undefined ? (single ?? escaped ?? '') : double.replaceAll(/\\(["\\$`])/g, '$1'),
    ),
  )
}
