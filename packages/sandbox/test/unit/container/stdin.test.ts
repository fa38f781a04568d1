import { describe, expect, test } from 'vitest'
import { splitStdin, StreamSender } from '../../../src/container/stdin.ts'
import { KiB, MiB } from '../../../src/units.ts'

/** A source that tells how far it was read, and whether it was let go. */
class Source implements AsyncIterable<Uint8Array> {
  readCount = 0
  isReturned = false
  readonly #chunks: readonly (Uint8Array | Error)[]

  constructor(chunks: readonly (Uint8Array | Error)[]) {
    this.#chunks = chunks
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        const chunk = this.#chunks[this.readCount++]
        if (chunk instanceof Error) throw chunk
        return chunk === undefined ? { done: true, value: undefined } : { done: false, value: chunk }
      },
      return: async () => {
        this.isReturned = true
        return { done: true, value: undefined }
      },
    }
  }
}

const chunks = (count: number, bytes: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, index) => new Uint8Array(bytes).fill(index))

/** Everything that can happen without another word from outside. */
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function sender(): { readonly sender: StreamSender; readonly sent: Uint8Array[]; bytes: () => number } {
  const sent: Uint8Array[] = []
  const bytes = (): number => sent.reduce((sum, part) => sum + part.length, 0)
  return { sender: new StreamSender((part) => sent.push(part)), sent, bytes }
}

describe('standard input that follows the request', () => {
  test('is sent in order and ends with an empty piece', async () => {
    const to = sender()
    await to.sender.sendAll(new Source([Buffer.from('ab'), new Uint8Array(0), Buffer.from('cd')]))
    expect(to.sent.map((part) => Buffer.from(part).toString())).toEqual(['ab', 'cd', ''])
  })

  test('is read no further than a MiB ahead of the command', async () => {
    const to = sender()
    const source = new Source(chunks(100, 100 * KiB))
    const done = to.sender.sendAll(source)
    await settled()
    expect(to.bytes()).toBeLessThanOrEqual(MiB)
    expect(source.readCount).toBe(11)
    to.sender.taken(100 * KiB)
    await settled()
    expect(source.readCount).toBe(12)
    to.sender.over()
    await done
  })

  test('goes on to its end as the command reads', async () => {
    const to = sender()
    const done = to.sender.sendAll(new Source(chunks(50, 100 * KiB)))
    let taken = 0
    while (to.bytes() < 50 * 100 * KiB) {
      await settled()
      to.sender.taken(to.bytes() - taken)
      taken = to.bytes()
    }
    await done
    expect(to.sent.at(-1)).toHaveLength(0)
  })

  test('is cut into pieces that fit the window, however large a chunk is', async () => {
    const to = sender()
    const done = to.sender.sendAll(new Source([new Uint8Array(3 * MiB)]))
    await settled()
    expect(to.bytes()).toBe(MiB)
    to.sender.taken(2 ** 30)
    await settled()
    expect(to.bytes()).toBe(2 * MiB)
    to.sender.over()
    await done
  })

  test('is let go of when the run is over, though it waits for the window', async () => {
    const to = sender()
    const source = new Source(chunks(100, 100 * KiB))
    const done = to.sender.sendAll(source)
    await settled()
    to.sender.over()
    await done
    expect(source.isReturned).toBe(true)
  })

  test('is let go of when the run is over, though it never answers', async () => {
    const to = sender()
    let isReturned = false
    const silent: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => new Promise(() => {}),
        return: async () => {
          isReturned = true
          return new Promise(() => {})
        },
      }),
    }
    const done = to.sender.sendAll(silent)
    to.sender.over()
    await done
    expect(isReturned).toBe(true)
  })

  test('rejects with what the source throws, as it is', async () => {
    const mine = new Error('mine')
    await expect(sender().sender.sendAll(new Source([new Uint8Array(1), mine]))).rejects.toBe(mine)
  })

  test('rejects a chunk that is no Uint8Array', async () => {
    const strings = new Source(['text'] as never)
    await expect(sender().sender.sendAll(strings)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: "`command.stdin` must yield Uint8Arrays, got 'text'",
    })
  })
})

describe('standard input', () => {
  test('goes along with the request where it is small', () => {
    expect(splitStdin(undefined)).toMatchObject({ first: { length: 0 }, rest: undefined })
    expect(splitStdin(new Uint8Array(64 * KiB))).toMatchObject({ first: { length: 64 * KiB }, rest: undefined })
  })

  test('follows the request beyond that, not a byte of it lost', async () => {
    const { first, rest } = splitStdin(new Uint8Array(64 * KiB + 3))
    expect(first).toHaveLength(64 * KiB)
    const parts: Uint8Array[] = []
    for await (const part of rest ?? []) parts.push(part)
    expect(parts.map((part) => part.length)).toEqual([3])
  })
})
