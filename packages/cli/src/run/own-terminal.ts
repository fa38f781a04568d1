import type { TerminalSize } from '@mayfly/sandbox'

/** Our own terminal while a command of ours has it: every key goes to the command, none is ours. */
export class OwnTerminal implements Disposable {
  readonly #restore = (): void => {
    process.stdin.setRawMode(false)
  }

  /** Whether both ends of the conversation are a terminal: where one is not, the command gets pipes. */
  static get isThere(): boolean {
    return process.stdin.isTTY && process.stdout.isTTY
  }

  static get size(): TerminalSize {
    // A terminal that does not know its size says 0.
    return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }
  }

  /** Takes the terminal until this is disposed of, or until the process ends, however it does. */
  constructor() {
    process.stdin.setRawMode(true)
    process.on('exit', this.#restore)
  }

  /** Calls back whenever the window's size has changed. */
  onResize(changed: (size: TerminalSize) => void): void {
    process.stdout.on('resize', () => changed(OwnTerminal.size))
  }

  [Symbol.dispose](): void {
    this.#restore()
    process.off('exit', this.#restore)
    process.stdout.removeAllListeners('resize')
  }
}
