import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFileInMessage } from '../wire/messages.ts'

/** Files that came inside of messages, in a directory that is made for the first. */
export class Inbox {
  #directory: string | undefined
  #count = 0

  /** A message that names, in place of a file in it, where that is now: code that only the host has. */
  received(message: unknown): unknown {
    const { r: answer } = message as { readonly r?: { readonly tmp?: unknown } | null }
    const file = answer?.tmp
    if (!isFileInMessage(file)) return message
    this.#directory ??= mkdtempSync('/tmp/modules-')
    const tmp = join(this.#directory, `${(this.#count += 1)}-${file.name}`)
    writeFileSync(tmp, file.mayflyFile)
    return { ...(message as object), r: { ...answer, tmp } }
  }
}
