/** One step of putting a read-only root together. Targets are relative to the new root; parents come first. */
export type RootEntry =
  | { readonly kind: 'directory'; readonly target: string; readonly mode: number }
  /** Modified at `modifiedNs` since 1970; default: when it is put there. */
  | {
      readonly kind: 'file'
      readonly target: string
      readonly mode: number
      readonly content: string | Uint8Array
      readonly modifiedNs?: bigint
    }
  | { readonly kind: 'symlink'; readonly target: string; readonly source: string }
  /** Mounted read-only from the host; a file or a directory. Below `around` no link is followed on the way to it. */
  | { readonly kind: 'bind'; readonly target: string; readonly source: string; readonly around?: string | undefined }
  /** The same of a directory or a regular file at `path` below the directory `image`, through no link. */
  | { readonly kind: 'image'; readonly target: string; readonly image: string; readonly path: string }
  /** As `bind`, and what is there can be changed. */
  | {
      readonly kind: 'bindWritable'
      readonly target: string
      readonly source: string
      readonly around?: string | undefined
    }
  /** What the plan bound at `source` is shown at `target` of each container, once its own disk is there. */
  | { readonly kind: 'mount'; readonly target: string; readonly source: string; readonly writable: boolean }
  /** A directory of the plan that each container shows through inodes of its own, so that no lock or watch is shared. */
  | { readonly kind: 'ownInodes'; readonly target: string }
  /** A character device of the host. */
  | { readonly kind: 'device'; readonly target: string; readonly source: string }

/** Shorthand for a directory of the plan. */
export function directory(target: string, mode = 0o755): RootEntry {
  return { kind: 'directory', target, mode }
}

/** Shorthand for a file of the plan that everyone may read. */
export function file(target: string, content: string | Uint8Array): RootEntry {
  return { kind: 'file', target, mode: 0o644, content }
}

/** Shorthand for a symbolic link of the plan. */
export function symlink(target: string, source: string): RootEntry {
  return { kind: 'symlink', target, source }
}
