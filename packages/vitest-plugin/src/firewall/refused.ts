import { inspect } from 'node:util'

/** What a worker asked of the host and was not given. */
export class Refused extends Error {
  override readonly name = 'SandboxRefusal'

  constructor(what: string, value: unknown) {
    super(`refused: ${what}: ${inspect(value, { depth: 0, maxStringLength: 300, breakLength: Infinity })}`)
    this.stack = `${this.name}: ${this.message}`
  }
}
