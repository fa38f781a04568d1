import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

import { vi } from 'vitest'

import { program } from './mayfly.ts'

const run = promisify(execFile)
const patienceMs = 8_000

/** A terminal emulator with one window, in which a shell of the host's runs. */
export class Tmux implements AsyncDisposable {
  readonly #socket: string

  private constructor(socket: string) {
    this.#socket = socket
  }

  static async open(name: string): Promise<Tmux> {
    const tmux = new Tmux(`mayfly-test-${process.pid}-${name}`)
    const size = ['-x', '100', '-y', '30']
    await tmux.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, 'env PS1="host> " sh -i')
    await tmux.shows(/host>/)
    return tmux
  }

  /** The command line of `mayfly`, for the shell. */
  static mayfly(words: string): string {
    return `clear; ${process.execPath} ${program.join(' ')} ${words}`
  }

  /** Types keys by tmux's names: words are typed as they are, `C-c` and `Enter` are keys. */
  async type(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys)
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Waits until the screen shows it, and tells all that it shows. */
  async shows(pattern: RegExp): Promise<string> {
    return vi.waitFor(async () => {
      const { stdout } = await this.#tmux('capture-pane', '-p')
      if (!pattern.test(stdout)) throw new Error(`the screen does not show ${pattern}:\n${stdout.trimEnd()}`)
      return stdout
    }, patienceMs)
  }

  /** Sends a signal to the program in the foreground. */
  async killProgram(signal: NodeJS.Signals): Promise<void> {
    const { stdout } = await this.#tmux('display-message', '-p', '#{pane_pid}')
    const shell = stdout.trim()
    const children = await readFile(`/proc/${shell}/task/${shell}/children`, 'utf8')
    process.kill(Number(children.trim().split(' ')[0]), signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server')
  }

  #tmux(...words: readonly string[]): Promise<{ readonly stdout: string }> {
    return run('tmux', ['-L', this.#socket, ...words])
  }
}
