const two32 = 2 ** 32

/** Writes a 64-bit integer; no number on the wire passes 2 ** 53, and BigInts would be made for nothing. */
export function writeUint64(buffer: Buffer, value: number, offset: number): void {
  buffer.writeUInt32LE(value % two32, offset)
  buffer.writeUInt32LE(Math.floor(value / two32), offset + 4)
}

/** Reads a 64-bit integer as a number, exact up to 2 ** 53. */
export function readUint64(buffer: Buffer, offset: number): number {
  return buffer.readUInt32LE(offset) + buffer.readUInt32LE(offset + 4) * two32
}
