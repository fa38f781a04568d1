import type { YamlMap } from '../yaml-map.ts'

/**
 * The words that a program is called with, of a format such as `{input_file} --answer={answer_file}`: split as a shell
 * does, with the files' names filled in. Undefined where the key is not there.
 */
export function argumentsIn(
  map: YamlMap,
  key: string,
  names: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const format = map.string(key)
  if (format === undefined) return undefined
  const words = splitWords(format)
  if (words === undefined) throw map.error(key, `has a quote without its other: ${format}`)
  return words.map((word) =>
    word.replaceAll(/\{\{|\}\}|\{(\w*)\}/g, (braces, name: string | undefined) => {
      if (name === undefined) return braces.charAt(0)
      const path = names[name]
      if (path === undefined) throw map.error(key, `names {${name}}, which is none of ${Object.keys(names).join(', ')}`)
      return path
    }),
  )
}

const piece = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)|(\s+)/gy

/** As a shell does without anything but its quotes; undefined where one of those is left open. */
function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let end = 0
  for (const found of text.matchAll(piece)) {
    const [whole, single, double, escaped, plain, blanks] = found
    end = found.index + whole.length
    if (blanks === undefined) {
      word = `${word ?? ''}${single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? ''}`
    } else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (end < text.length) return undefined
  return word === undefined ? words : [...words, word]
}
