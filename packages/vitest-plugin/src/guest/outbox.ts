import { existsSync, lstatSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import type { FileInMessage } from '../wire/messages.ts'

interface Call {
  readonly t?: unknown
  readonly m?: unknown
  readonly a?: readonly unknown[]
}

/** Files that a message names, and that only the container has, go with it. */
export function withFiles(message: unknown): unknown {
  const { t, m, a: args } = message as Call
  const a: readonly unknown[] = Array.isArray(args) ? args : []
  if (t !== 'q') return message
  if (m === 'onAfterSuiteRun') return { ...(message as object), a: [withCoverage(a[0]), ...a.slice(1)] }
  if (m === 'onTaskArtifactRecord') return { ...(message as object), a: [a[0], withAttachments(a[1])] }
  return message
}

/** Vitest 5 writes the coverage of a file and sends its name. */
function withCoverage(meta: unknown): unknown {
  const { coverage } = meta as { readonly coverage?: unknown }
  if (typeof coverage !== 'string') return meta
  const file = fileAt(coverage)
  rmSync(coverage, { force: true })
  return { ...(meta as object), coverage: file }
}

function withAttachments(artifact: unknown): unknown {
  const { annotation, attachments } = artifact as { annotation?: { attachment?: unknown }; attachments?: unknown }
  return {
    ...(artifact as object),
    ...(annotation === undefined
      ? {}
      : {
          annotation: {
            ...annotation,
            ...('attachment' in annotation ? { attachment: sent(annotation.attachment) } : {}),
          },
        }),
    ...(Array.isArray(attachments) ? { attachments: attachments.map(sent) } : {}),
  }
}

function sent(attachment: unknown): unknown {
  const path = (attachment as { path?: unknown } | undefined)?.path
  if (typeof path !== 'string' || /^https?:\/\//.test(path) || !existsSync(path)) return attachment
  return { ...(attachment as object), path: fileAt(path) }
}

function fileAt(path: string): FileInMessage | string {
  return lstatSync(path).isFile() ? { mayflyFile: readFileSync(path), name: basename(path) } : path
}
