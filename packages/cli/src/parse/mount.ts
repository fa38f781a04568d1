import type { Mount } from '@mayfly/sandbox'

import { invalidOption } from '../invalid-option.ts'

/** Reads `SOURCE:TARGET[:rw]` and adds it to what was given before. A target holds no colon; a source may. */
export function addMount(earlier: readonly Mount[], text: string): readonly Mount[] {
  const [, source, target, mode] = /^(.+?):(\/[^:]*)(?::(r[ow]))?$/s.exec(text) ?? []
  if (source === undefined || target === undefined)
    throw invalidOption('--mount', 'must be SOURCE:TARGET or SOURCE:TARGET:rw, with an absolute TARGET', text)
  return [...earlier, mode === 'rw' ? { source, target, writable: true } : { source, target }]
}
