/** The same, until it is called off: then it throws the reason, whatever the source still waits for. */
export async function* stoppable<Item>(source: AsyncIterable<Item>, stop: AbortSignal): AsyncGenerator<Item> {
  const iterator = source[Symbol.asyncIterator]()
  let cut = (): void => {}
  const stopped = new Promise<undefined>((resolve) => {
    cut = () => resolve(undefined)
  })
  stop.addEventListener('abort', cut, { once: true })
  let hasEnded = false
  try {
    for (;;) {
      stop.throwIfAborted()
      const next = await Promise.race([iterator.next(), stopped])
      stop.throwIfAborted()
      hasEnded = next?.done !== false
      if (next === undefined || next.done === true) return
      yield next.value
    }
  } finally {
    stop.removeEventListener('abort', cut)
    // A source that never answers must not hold up the rest.
    if (!hasEnded) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
