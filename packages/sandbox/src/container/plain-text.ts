/**
 * Bytes of the command's own choosing as one plain word: what is not UTF-8 or does not show is escaped, so that no
 * terminal and no log obeys it. One that is empty or that has spaces or quotes stands in quotes.
 */
export function plainText(bytes: Uint8Array, { isCut = false } = {}): string {
  let text = ''
  let rest = bytes
  while (rest.length > 0) {
    const length = characterBytes(rest)
    text += length === 0 ? escapeByte(rest[0] ?? 0) : escapeCharacter(decoder.decode(rest.subarray(0, length)))
    rest = rest.subarray(Math.max(length, 1))
  }
  const word = text === '' || /[ "]/.test(text) ? `"${text.replaceAll('"', String.raw`\"`)}"` : text
  return isCut ? `${word}…` : word
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** How many bytes the first character takes, or 0 where they are no UTF-8. */
function characterBytes(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(4, bytes.length); length++) {
    try {
      decoder.decode(bytes.subarray(0, length))
      return length
    } catch {
      // not yet a whole character, or none at all
    }
  }
  return 0
}

function escapeCharacter(character: string): string {
  if (character === '\\') return String.raw`\\`
  // Controls, format characters such as those that turn the direction of text, and every space but the plain one.
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  return code < 0x80 ? escapeByte(code) : `\\u{${code.toString(16)}}`
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
