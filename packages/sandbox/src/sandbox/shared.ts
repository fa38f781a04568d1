import { KeptBlob } from '../container/blob.ts'
import type { ResolvedCommand } from '../container/command.ts'

/**
 * Holds what commands share with others, their layers and stored blobs, until what this returns is called; undefined
 * where there is nothing. Throws, holding nothing, where something cannot be had.
 */
export function holdShared(commands: readonly ResolvedCommand[], store: object): (() => void) | undefined {
  const releases: (() => void)[] = []
  const release = (): void => {
    for (const each of releases) each()
  }
  try {
    for (const { base, files, stdin } of commands) {
      if (base !== undefined) releases.push(base.hold())
      if (KeptBlob.is(stdin)) releases.push(stdin.hold(store, 'command.stdin'))
      for (const { blob, option } of files) if (blob !== undefined) releases.push(blob.hold(store, option))
    }
  } catch (error) {
    release()
    throw error
  }
  return releases.length === 0 ? undefined : release
}
