const [lineFeed, carriageReturn] = [10, 13]

/** Line ends of other systems become line feeds. */
export function withoutReturns(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(carriageReturn)) return bytes
  const kept = new Uint8Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const isReturn = bytes[at] === carriageReturn
    if (isReturn && bytes[at + 1] === lineFeed) continue
    kept[length++] = isReturn ? lineFeed : (bytes[at] ?? 0)
  }
  return kept.subarray(0, length)
}

/** The same, and the last line, if there is any, ends as the others do. */
export function unixLines(bytes: Uint8Array): Uint8Array {
  const lines = withoutReturns(bytes)
  return lines.length === 0 || lines.at(-1) === lineFeed ? lines : Buffer.concat([lines, Buffer.from('\n')])
}
