import { invalidOption } from '../errors.ts'

/**
 * The chance that of `k` answers to a task, drawn from `count` of which `right` are right, one is right at least:
 * 1 - C(count - right, k) / C(count, k), which is unbiased where 1 - (1 - right / count) ** k is not.
 */
export function passAtK(count: number, right: number, k: number): number {
  if (!Number.isSafeInteger(k) || k < 1) throw invalidOption('k', 'be a positive integer', k)
  if (k > count) throw invalidOption('k', `be no more than the ${count} answers to a task`, k)
  if (count - right < k) return 1
  let noneRight = 1
  for (let size = count - right + 1; size <= count; size++) noneRight *= 1 - k / size
  return 1 - noneRight
}
