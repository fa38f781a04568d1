import type { RunningCommand } from '@mayfly/sandbox'

/** Everything that a command writes to standard output, until its end. */
export async function outputOf({ stdout }: RunningCommand): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stdout) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
