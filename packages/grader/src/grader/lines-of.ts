import { createReadStream } from 'node:fs'

/** The lines of a file. Not readline's: that ends a line at U+2028 and U+2029 too, which JSON may hold as they are. */
export async function* linesOf(path: string): AsyncGenerator<string, void> {
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const [end = '', ...others] = chunk.split('\n')
    rest += end
    for (const next of others) {
      yield rest
      rest = next
    }
  }
  yield rest
}
