const two32 = 2 ** 32

/** A buffer's bytes as numbers: several times faster to read and write than a Buffer's own methods. */
export function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** Writes a 64-bit integer; no number on the wire passes 2 ** 53, and BigInts would be made for nothing. */
export function writeUint64(view: DataView, value: number, offset: number): void {
  view.setUint32(offset, value % two32, true)
  view.setUint32(offset + 4, Math.floor(value / two32), true)
}

/** Writes a 32-bit integer. */
export function writeUint32(view: DataView, value: number, offset: number): void {
  view.setUint32(offset, value, true)
}

/** Reads a 64-bit integer as a number, exact up to 2 ** 53. */
export function readUint64(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * two32
}

/** The same as `make`, which is called once for each object: most runs share theirs with the run before. */
export function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(key)
    known.set(key, made)
    return made
  }
}
