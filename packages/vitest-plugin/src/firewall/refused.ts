import { inspect } from 'node:util'

/** As much of it as an error shows. */
const idLengthMax = 300

/** What a worker asked of the host and was not given. */
export class Refused extends Error {
  override readonly name = 'SandboxRefusal'

  constructor(what: string, value: unknown) {
    super(`refused: ${what}: ${inspect(value, { depth: 0, maxStringLength: 300, breakLength: Infinity })}`)
    this.stack = `${this.name}: ${this.message}`
  }
}

/** A module that is not shown, or not there: which of both is not told. */
export class RefusedModule extends Refused {
  constructor(id: string) {
    super('a module outside of the sandbox (option: `readOnly`)', id)
    // So begins what Vitest's worker knows as a module that is not there; one that is named by its place on the host is meant.
    if (!/^(?:\/@fs\/|file:)/.test(id))
      this.message = `Cannot find module '${id.slice(0, idLengthMax)}' (${this.message})`
    this.stack = `${this.name}: ${this.message}`
  }
}
