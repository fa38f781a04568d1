import dgram from 'node:dgram'
import dns from 'node:dns'
import { errorMonitor, type EventEmitter } from 'node:events'
import net from 'node:net'
import { replace } from './refused-files.ts'
import type { Place, RefusalLog } from './refusals.ts'

type Callable = (...args: unknown[]) => unknown
type ConnectError = NodeJS.ErrnoException & {
  readonly address?: string
  readonly port?: number
  readonly errors?: unknown
}

/** What the kernel answers where there is no way to an address, or none may be taken. */
const unreachable: ReadonlySet<unknown> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'])
const unresolved: ReadonlySet<unknown> = new Set(['EAI_AGAIN', 'ENOTFOUND', 'ECONNREFUSED', 'ESERVFAIL', 'ETIMEOUT'])
const lookups = ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveMx', 'resolveSrv', 'resolveTxt', 'reverse']

/** Has Node's sockets and look-ups tell of what the container's network refuses. */
export function watchNetwork(log: RefusalLog): void {
  replace(net.Socket.prototype, 'connect', (original) => {
    return function connect(this: net.Socket, ...args) {
      const place = log.here()
      watchErrors(this, (error) => tellOf(error, 'connect', log, place))
      return original.apply(this, args)
    }
  })
  replace(dgram.Socket.prototype, 'send', (original) => {
    return function send(this: dgram.Socket, ...args) {
      const place = log.here()
      watchErrors(this, (error) => tellOf(error, 'send', log, place))
      const done = args.at(-1)
      if (typeof done !== 'function') return original.apply(this, args)
      const told = (error: ConnectError | null, ...rest: unknown[]): unknown => {
        if (error !== null) tellOf(error, 'send', log, place)
        return (done as Callable)(error, ...rest)
      }
      return original.apply(this, [...args.slice(0, -1), told])
    }
  })
  for (const name of lookups) {
    replace(dns, name, (original) => lookedUp(original, log))
    replace(dns.promises, name, (original) => lookedUpLater(original, log))
  }
  // It connects later, from nowhere.
  const { fetch } = globalThis
  globalThis.fetch = async (...args) => log.during(async () => fetch(...args))
}

/** An error is told of, and not handled: whoever has no listener for it still fails. */
function watchErrors(emitter: EventEmitter, listener: (error: ConnectError) => void): void {
  emitter.once(errorMonitor, listener)
}

function tellOf(error: ConnectError, action: string, log: RefusalLog, place: Place): void {
  const errors = Array.isArray(error.errors) ? (error.errors as ConnectError[]) : [error]
  for (const { code, address, port } of errors) {
    if (!unreachable.has(code) || address === undefined) continue
    const target = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
    log.refused({ kind: 'network', action, target, code: String(code) }, place)
  }
}

function tellOfName(error: unknown, name: unknown, log: RefusalLog, place: Place): void {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  if (!unresolved.has(code)) return
  log.refused({ kind: 'lookup', action: 'lookup', target: String(name), code: String(code) }, place)
}

function lookedUp(original: Callable, log: RefusalLog): Callable {
  return function lookup(this: unknown, ...args) {
    const done = args.at(-1)
    if (typeof done !== 'function') return original.apply(this, args)
    const place = log.here()
    const told = (...results: unknown[]): unknown => {
      tellOfName(results[0], args[0], log, place)
      return (done as Callable)(...results)
    }
    return original.apply(this, [...args.slice(0, -1), told])
  }
}

function lookedUpLater(original: Callable, log: RefusalLog): Callable {
  return function lookup(this: unknown, ...args) {
    const place = log.here()
    const result = original.apply(this, args) as Promise<unknown>
    result.catch((error: unknown) => tellOfName(error, args[0], log, place))
    return result
  }
}
