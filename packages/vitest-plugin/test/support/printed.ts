import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** What a process prints, as far as it was not looked at yet. */
export class Printed {
  readonly #ended: Promise<void>
  #text = ''
  #isOver = false
  #more: () => void = () => {}

  constructor(...streams: readonly Readable[]) {
    for (const stream of streams)
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text
        this.#more()
      })
    this.#ended = this.#end(streams)
  }

  /** Up to and with what matches, once that is there; rejects where nothing more comes. */
  async until(pattern: RegExp): Promise<RegExpExecArray & { readonly text: string }> {
    for (;;) {
      const match = pattern.exec(this.#text)
      if (match !== null) {
        const end = match.index + match[0].length
        const text = this.#text.slice(0, end)
        this.#text = this.#text.slice(end)
        return Object.assign(match, { text })
      }
      if (this.#isOver) throw new Error(`it ended without ${pattern}:\n${this.#text}`)
      await new Promise<void>((resolve) => {
        this.#more = resolve
      })
    }
  }

  /** The rest, once nothing more comes. */
  async rest(): Promise<string> {
    await this.#ended
    return this.#text
  }

  async #end(streams: readonly Readable[]): Promise<void> {
    await Promise.all(streams.map(async (stream) => once(stream, 'close')))
    this.#isOver = true
    this.#more()
  }
}
