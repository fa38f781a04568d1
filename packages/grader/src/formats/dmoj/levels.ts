import type { Bound } from '../../problem/bounds.ts'
import type { YamlMap } from '../yaml-map.ts'

/** Keys that a test may have, or a batch or the whole file for all tests in it. */
const inherited = [
  ...['in', 'out', 'points', 'checker', 'generator', 'generator_args', 'generator_in', 'binary_data'],
  ...['output_limit_length', 'wall_time_factor', 'time_limit', 'memory_limit', 'symlinks', 'io_redirects', 'file_io'],
  // Of these nothing depends here
  ...['output_prefix_length', 'hints', 'meta', 'short_circuit'],
] as const

/** What a test's key may be. */
export type InheritedKey = (typeof inherited)[number]

/** A test, the batch that it is in, and the whole file: what one of them does not say is looked for in the next. */
export class Levels {
  readonly #maps: readonly [YamlMap, ...YamlMap[]]

  constructor(maps: readonly [YamlMap, ...YamlMap[]]) {
    this.#maps = maps
    maps[0].ignore(...inherited)
  }

  /** With another mapping that comes first. */
  within(map: YamlMap): Levels {
    return new Levels([map, ...this.#maps])
  }

  get innermost(): YamlMap {
    return this.#maps[0]
  }

  has(key: InheritedKey): boolean {
    return this.#maps.some((map) => map.has(key))
  }

  /** The mapping that says it; the innermost one where none does. */
  owner(key: InheritedKey): YamlMap {
    return this.#maps.find((map) => map.has(key)) ?? this.innermost
  }

  string(key: InheritedKey): string | undefined {
    return this.owner(key).string(key)
  }

  number(key: InheritedKey, minimum: number): number | undefined {
    return this.owner(key).number(key, minimum)
  }

  /** As YamlMap has it. */
  amount(key: InheritedKey, unit: number, bound: Bound, minimum: number): number | undefined {
    return this.owner(key).amount(key, unit, bound, minimum)
  }

  boolean(key: InheritedKey): boolean | undefined {
    return this.owner(key).boolean(key)
  }

  words(key: InheritedKey): readonly string[] | undefined {
    return this.owner(key).words(key)
  }
}
