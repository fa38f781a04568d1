const interruptions = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/** The first signal that asked this process to end, as an AbortSignal, for as long as this is not disposed of. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController()
  #received: NodeJS.Signals | undefined

  constructor() {
    for (const name of interruptions) process.on(name, this.#abort)
  }

  /** Aborts at the first of SIGHUP, SIGINT and SIGTERM; further ones change nothing. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The signal that came, if one did. */
  get received(): NodeJS.Signals | undefined {
    return this.#received
  }

  [Symbol.dispose](): void {
    for (const name of interruptions) process.off(name, this.#abort)
  }

  readonly #abort = (name: NodeJS.Signals): void => {
    this.#received ??= name
    this.#controller.abort(new Error(`interrupted by ${name}`))
  }
}
