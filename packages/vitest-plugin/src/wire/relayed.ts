/** What goes over the channel `inspect`, either way: connections of debuggers, by number. */
export type Relayed =
  /** From the host only: one came, for the inspector at this port. */
  | { readonly relay: 'open'; readonly connection: number; readonly port: number }
  | { readonly relay: 'bytes'; readonly connection: number; readonly bytes: Uint8Array }
  /** Nothing more comes, and nothing is wanted. */
  | { readonly relay: 'close'; readonly connection: number }

/** Reads what came; `undefined` for what is none of it. */
export function readRelayed(message: unknown): Relayed | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { relay, connection, bytes, port } = message as Partial<Record<string, unknown>>
  if (typeof connection !== 'number') return undefined
  if (relay === 'bytes' && bytes instanceof Uint8Array) return { relay, connection, bytes }
  if (relay === 'open' && typeof port === 'number') return { relay, connection, port }
  return relay === 'close' ? { relay, connection } : undefined
}
