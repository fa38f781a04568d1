import { SandboxError, type Output, type RunResult } from '@mayfly/sandbox'

/** Bytes as JSON: always as base64, and as text where they are valid UTF-8. */
interface JsonBytes {
  readonly base64: string
  readonly text?: string
}

/** The whole result, ready for JSON.stringify. */
export function jsonOfResult(result: RunResult): object {
  return {
    ...result,
    stdout: jsonOfOutput(result.stdout),
    stderr: jsonOfOutput(result.stderr),
    files: Object.fromEntries([...result.files].map(([path, bytes]) => [path, jsonOfBytes(bytes)])),
  }
}

/** What is written in place of a result when there was none. */
export function jsonOfError(error: unknown): object {
  if (!(error instanceof Error)) return { error: { message: String(error) } }
  const details = error instanceof SandboxError ? { code: error.code, errno: error.errno, path: error.path } : {}
  return { error: { ...details, message: error.message } }
}

function jsonOfOutput({ bytes, totalBytes, truncated }: Output): object {
  return { ...jsonOfBytes(bytes), totalBytes, truncated }
}

function jsonOfBytes(bytes: Uint8Array): JsonBytes {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  const text = decode(bytes)
  return text === undefined ? { base64 } : { base64, text }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
