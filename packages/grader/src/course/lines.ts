import { StringDecoder } from 'node:string_decoder'

/** Lines of a stream, none longer than a bound: one that is ends the stream with an error. */
export async function* linesOf(stream: AsyncIterable<unknown>, bytesMax: number): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const part of stream) {
    rest += decoder.write(part as Buffer)
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield rest.slice(0, end)
      rest = rest.slice(end + 1)
    }
    if (rest.length > bytesMax) throw new Error(`a line is longer than ${bytesMax} bytes`)
  }
}
