import type { CachedImage } from '@mayfly/sandbox'

import { formatSize } from '../format.ts'

const shownDigits = 'sha256:'.length + 12

/** An image in one line: its digest, cut to what tells it apart, its size and its names. */
export function lineOf({ digest, bytes, names }: CachedImage): string {
  return `${digest.slice(0, shownDigits)}  ${formatSize(bytes).padStart(9)}  ${names.join(' ')}`.trimEnd()
}
