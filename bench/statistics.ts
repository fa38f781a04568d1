/** What a set of measurements comes to; in the unit of the samples. */
export interface Summary {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** The smallest sample that at least `fraction` of all samples do not exceed (nearest rank). */
function percentile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples]
  sorted.sort((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

export function summarize(samples: readonly number[]): Summary {
  return {
    count: samples.length,
    p50: percentile(samples, 0.5),
    p90: percentile(samples, 0.9),
    p99: percentile(samples, 0.99),
    max: percentile(samples, 1),
  }
}
