import { invalidOption } from '../invalid-option.ts'

const factors: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** Reads `256MiB`, `1.5GiB` or plain bytes; throws `INVALID_OPTION`, naming `option`. Powers of 1024 only, as `MB` means two things. */
export function parseSize(option: string, text: string): number {
  const match = /^(?<amount>\d+(?:\.\d+)?)(?<unit>[KMGT]iB|B)?$/.exec(text)
  const bytes = Number(match?.groups?.['amount']) * (factors[match?.groups?.['unit'] ?? ''] ?? Number.NaN)
  if (!Number.isSafeInteger(bytes)) {
    throw invalidOption(option, 'must be a size such as 256MiB, 1.5GiB or 4096 (whole bytes; KiB, MiB, GiB, TiB)', text)
  }
  return bytes
}
