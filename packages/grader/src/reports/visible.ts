/** Control characters, and those that turn the direction of writing or stand for half a letter. */
const hidden =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu

/** Text of a student's as anyone may see it: with nothing in it that a terminal or a page would obey. */
export function visible(text: string): string {
  return text.replaceAll(hidden, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`)
}

/** The same on one line, cut where it grows long. */
export function visibleLine(text: string, max = 200): string {
  const line = visible(text).replaceAll(/\s+/g, ' ').trim()
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}
