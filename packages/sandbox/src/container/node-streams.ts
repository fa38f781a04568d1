import { Duplex, Writable } from 'node:stream'
import type { OutputStream } from './output-stream.ts'
import type { StreamSender } from './stdin.ts'

type Done = (error?: Error | null) => void

/** A stream into the command, at the command's pace. */
export function writableOf(sender: StreamSender): Writable {
  return new Writable(writing(sender))
}

/** A channel: a stream into the command and one out of it. */
export function duplexOf(sender: StreamSender, output: OutputStream): Duplex {
  const duplex: Duplex = new Duplex({
    ...writing(sender),
    allowHalfOpen: true,
    read: () => {
      // Reads only when what was read before has been taken: what waits, waits in the command.
      void output.next().then((result) => duplex.push(result.done === true ? null : result.value))
    },
  })
  return duplex
}

function writing(sender: StreamSender): {
  readonly write: (chunk: Uint8Array, encoding: BufferEncoding, done: Done) => void
  readonly final: (done: Done) => void
} {
  return {
    write: (chunk, _encoding, done) => void settle(sender.send(chunk), done),
    final: (done) => {
      sender.end()
      done()
    },
  }
}

async function settle(sent: Promise<void>, done: Done): Promise<void> {
  const failure = await sent.then(
    () => undefined,
    (error: Error) => error,
  )
  done(failure)
}
