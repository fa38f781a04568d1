import type { SourceFiles } from '../../problem/problem.ts'
import type { YamlMap } from '../yaml-map.ts'

/** Replaces the constants of a package in a text of its own; every byte that is none of them stays as it is. */
export type Replace = (content: Uint8Array) => Uint8Array

const namePattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** What `constants` of a package's `problem.yaml` asks for: `{{name}}` stands for its value. */
export function constantsOf(config: YamlMap): Replace {
  const map = config.map('constants')
  if (map === undefined) return (content) => content
  const values = new Map<string, string>()
  for (const name of map.keys()) {
    if (!namePattern.test(name)) throw map.error(name, 'is no name of a constant: letters, digits and underscores')
    const value = map.text(name)
    if (value === undefined) throw map.error(name, 'must be a number or a string')
    values.set(name, Buffer.from(value).toString('latin1'))
  }
  return (content) => {
    const text = Buffer.from(content).toString('latin1')
    const replaced = text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values.get(name) ?? whole)
    return Buffer.from(replaced, 'latin1')
  }
}

/** The same in every file of a program. */
export function replacedIn(files: SourceFiles, replace: Replace): SourceFiles {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, replace(content)]))
}
