import { refuseUnknown, requireObject } from '../checks.ts'
import { invalidOption, SandboxError } from '../errors.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { FreezeOptions } from './container.ts'
import type { KeptLayer } from './layer.ts'
import type { Run } from './run.ts'
import { packLayer } from './save-layer.ts'

const known: ReadonlySet<string> = new Set(['close'])

/** Checks what is said of a container that becomes a layer. */
export function resolveFreezeOptions(options: FreezeOptions): { readonly close: boolean } {
  requireObject(options, 'options')
  refuseUnknown(options, known, 'options')
  const { close = false } = options
  if (typeof close !== 'boolean') throw invalidOption('options.close', 'be true or false', close)
  return { close }
}

/**
 * A layer of what is in a container that goes on. `run` packs it there, and what it packs goes by the way that layers take
 * from one make to another.
 */
export async function copyOf(
  supervisor: Supervisor,
  run: Run,
  unpack: (chunks: AsyncIterable<Uint8Array>) => Promise<KeptLayer>,
): Promise<KeptLayer> {
  const made: KeptLayer[] = []
  try {
    await packLayer(supervisor, run, async (chunks) => {
      made.push(await unpack(chunks))
    })
  } catch (error) {
    await made[0]?.close()
    throw error
  }
  const [layer] = made
  if (layer === undefined) throw new SandboxError('CONTAINER_FAILED', 'the container could not be frozen')
  return layer
}
