/** What a set of measurements comes to; all but the count in the unit of the samples. */
export interface Summary {
  readonly count: number
  readonly p10: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** A summary, and what it is made of, in the order of time. */
export interface Distribution extends Summary {
  readonly samples: readonly number[]
}

/** A number made of measurements, with the interval in which it lies with 95 % confidence. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

type Statistic = (...sets: readonly (readonly number[])[]) => number

const resampleCount = 1000

/** The smallest sample that at least `fraction` of all samples do not exceed (nearest rank). */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(samples)
  sorted.sort()
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

function median(samples: readonly number[]): number {
  return percentile(samples, 0.5)
}

/** The width of the middle four fifths, as a part of the median. */
export function relativeSpread(samples: readonly number[]): number {
  return (percentile(samples, 0.9) - percentile(samples, 0.1)) / median(samples)
}

export function summarize(samples: readonly number[]): Summary {
  return {
    count: samples.length,
    p10: percentile(samples, 0.1),
    p50: percentile(samples, 0.5),
    p90: percentile(samples, 0.9),
    p99: percentile(samples, 0.99),
    max: percentile(samples, 1),
  }
}

export function distribution(samples: readonly number[]): Distribution {
  return { ...summarize(samples), samples }
}

/** mulberry32: the same measurements give the same interval. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Percentile bootstrap: the statistic of sets drawn from these, with replacement, again and again. */
export function bootstrap(statistic: Statistic, ...sets: readonly (readonly number[])[]): Estimate {
  const random = generator(1)
  const draw = (set: readonly number[]): readonly number[] =>
    set.map(() => set[Math.floor(random() * set.length)] ?? Number.NaN)
  const resampled = Array.from({ length: resampleCount }, () => statistic(...sets.map(draw)))
  return { value: statistic(...sets), low: percentile(resampled, 0.025), high: percentile(resampled, 0.975) }
}

export function ratioOfMedians(samples: readonly number[], to: readonly number[]): Estimate {
  return bootstrap((left = [], right = []) => median(left) / median(right), samples, to)
}
