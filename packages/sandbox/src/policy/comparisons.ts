/** The argument's bits under `mask` equal `value`. */
export interface MaskedComparison {
  readonly mask: number
  readonly value: number
}

/** What a rule asks of an argument: bits of it, or whether it is a null pointer. */
export type Comparison = MaskedComparison | { readonly isNull: boolean }

/**
 * The comparisons, no two of which can hold at once, of which one holds for exactly those arguments whose bits under
 * `mask` are none of `values`. With them a call has a rule for either answer and none that overlap, so that nothing
 * depends on the order in which libseccomp happens to test them.
 */
export function noneOf(values: readonly number[], mask: number): readonly MaskedComparison[] {
  const bits = Array.from({ length: 32 }, (_, index) => 31 - index).filter((bit) => ((mask >>> bit) & 1) === 1)
  return branch(values, bits, { mask: 0, value: 0 })
}

/** Walks the bits from the highest: where none of the values goes on, everything below differs from all of them. */
function branch(
  values: readonly number[],
  bits: readonly number[],
  prefix: MaskedComparison,
): readonly MaskedComparison[] {
  if (values.length === 0) return [prefix]
  const [bit, ...lower] = bits
  if (bit === undefined) return []
  return [0, 1].flatMap((digit) => {
    const matching = values.filter((value) => ((value >>> bit) & 1) === digit)
    const next = { mask: (prefix.mask | (1 << bit)) >>> 0, value: (prefix.value | (digit << bit)) >>> 0 }
    return branch(matching, lower, next)
  })
}

/** The comparisons of which one holds where the bits under `mask` are one of `values`. */
export function oneOf(values: readonly number[], mask: number): readonly MaskedComparison[] {
  return [...new Set(values.map((value) => (value & mask) >>> 0))].map((value) => ({ mask, value }))
}
