/** What `value` comes to, or the signal's reason where that is aborted before: for work that goes on for others. */
export async function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return value
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error)
  })
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  try {
    // Both are heard from here on: neither is left to reject on its own.
    return await Promise.race([aborted, value])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
