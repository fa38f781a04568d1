/** How values of JavaScript are written down, by both sides: what JSON has no word for is told by a tag. */
export const valuesModule = String.raw`const depthMax = 500

/** Writes a value down. Throws for what is more than a value: functions, symbols, instances of classes, cycles. */
export function write(value) {
  return JSON.stringify(pack(value, []))
}

function pack(value, around) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : tag('number', Object.is(value, -0) ? '-0' : String(value))
    case 'undefined':
      return tag('undefined')
    case 'bigint':
      return tag('bigint', String(value))
    case 'object':
      return value === null ? null : packObject(value, around)
    default:
      throw new TypeError('a ' + typeof value + ' is no plain value')
  }
}

function tag(kind, of) {
  return { kind, of }
}

function packObject(value, around) {
  if (around.includes(value)) throw new TypeError('what holds itself is no plain value')
  if (around.length >= depthMax) throw new TypeError('what is nested more than ' + depthMax + ' deep is no plain value')
  const each = (inner) => pack(inner, [...around, value])
  if (Array.isArray(value)) return Array.from(value, each)
  if (value instanceof Date) return tag('Date', Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString())
  if (value instanceof Map) return tag('Map', Array.from(value, ([key, inner]) => [each(key), each(inner)]))
  if (value instanceof Set) return tag('Set', Array.from(value, each))
  if (value instanceof Uint8Array) return tag('Uint8Array', Buffer.from(value).toString('base64'))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new TypeError('a ' + (prototype.constructor?.name || 'thing') + ' is no plain value')
  return tag('object', Object.entries(value).map(([key, inner]) => [key, each(inner)]))
}

/** Reads what was written down. Throws for what was not, whoever wrote it. */
export function read(text) {
  return unpack(JSON.parse(text))
}

function unpack(packed) {
  if (packed === null || ['string', 'boolean', 'number'].includes(typeof packed)) return packed
  if (Array.isArray(packed)) return packed.map(unpack)
  const { kind, of } = packed
  const reader = typeof kind === 'string' && Object.hasOwn(readers, kind) ? readers[kind] : undefined
  if (reader === undefined) throw new TypeError('no kind of value')
  return reader(of)
}

const readers = {
  number: (text) => ({ NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 })[text],
  undefined: () => undefined,
  bigint: (text) => BigInt(String(text)),
  Date: (text) => new Date(String(text)),
  Map: (entries) => new Map(entries.map(([key, inner]) => [unpack(key), unpack(inner)])),
  Set: (items) => new Set(items.map(unpack)),
  Uint8Array: (text) => Uint8Array.from(Buffer.from(String(text), 'base64')),
  // Keys of any name are the object's own, __proto__ too
  object: (entries) => Object.fromEntries(entries.map(([key, inner]) => [String(key), unpack(inner)])),
}
`

/** The module `mayfly`, with which tests in JavaScript ask for the student's program: to run it, and to call its functions. */
export const libraryModule = String.raw`import { readSync, writeSync } from 'node:fs'
import { read, write } from './values.js'

const channel = Number(process.env.MAYFLY_CHANNEL_MAYFLY)
const part = Buffer.alloc(64 * 1024)
let rest = Buffer.alloc(0)

/** What a function of the submission threw, or how the submission ended in place of an answer. */
export class SubmissionError extends Error {
  name = 'SubmissionError'
}

function ask(request) {
  let bytes = Buffer.from(JSON.stringify(request) + '\n')
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(channel, bytes))
  const parts = [rest]
  while (parts.at(-1).indexOf(10) < 0) {
    const count = readSync(channel, part)
    if (count === 0) throw new Error('the grader has gone away')
    parts.push(Buffer.from(part.subarray(0, count)))
  }
  const whole = Buffer.concat(parts)
  const end = whole.indexOf(10)
  rest = whole.subarray(end + 1)
  return JSON.parse(whole.toString('utf8', 0, end))
}

const base64 = (content) => Buffer.from(content).toString('base64')

/** Runs the submission in a fresh container. */
export function run(words = [], { stdin = '', files = {} } = {}) {
  const placed = Object.fromEntries(Object.entries(files).map(([path, content]) => [path, base64(content)]))
  const reply = ask({ do: 'run', arguments: words.map(String), stdin: base64(stdin), files: placed })
  const text = (name) => Buffer.from(reply[name], 'base64').toString()
  return { ...reply, stdout: text('stdout'), stderr: text('stderr') }
}

/** Calls a function of the submission, in a container that stays until the end. A promise is what it gave one for. */
export function call(name, ...values) {
  const { error, value } = ask({ do: 'call', values: 'javascript', function: name, arguments: write(values), named: '' })
  if (error !== undefined) throw new SubmissionError(error)
  const { later, threw, result } = answerIn(value)
  if (!later && threw !== undefined) throw new SubmissionError(threw)
  if (!later) return result
  return threw === undefined ? Promise.resolve(result) : rejected(new SubmissionError(threw))
}

/** A test that expects a plain value waits for no promise: it is then wrong, and not an error that nobody handles. */
function rejected(error) {
  const promise = Promise.reject(error)
  promise.catch(() => {})
  return promise
}

/** The submission wrote it, and could write what it likes. */
function answerIn(value) {
  try {
    const { later, threw, result } = read(value)
    return { later: later === true, threw: threw === undefined ? undefined : String(threw), result }
  } catch {
    throw new SubmissionError('answered with what is no answer')
  }
}

/** Every name is a function of the submission. */
export const submission = new Proxy(Object.freeze({}), {
  // An object with a function of this name would be waited for
  get: (_, name) => (typeof name === 'symbol' || name === 'then' ? undefined : (...values) => call(name, ...values)),
})
`

/** What loads a student's code: it answers calls, one a line, and whatever it answers is only a value. */
export const javascriptLoader = String.raw`import { resolve } from 'node:path'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { read, write } from './.mayfly-values.mjs'

const channel = new Socket({ fd: Number(process.env.MAYFLY_CHANNEL_CALLS), readable: true, writable: true })
const describe = (error) => (error instanceof Error ? error.name + ': ' + error.message : String(error)).slice(0, 2000)

async function load(path) {
  try {
    return { module: await import(pathToFileURL(resolve(path))) }
  } catch (error) {
    return { failure: describe(error) }
  }
}

function find({ module }, name) {
  for (const place of [module, module.default])
    if (place != null && Object.hasOwn(place, name) && typeof place[name] === 'function') return place[name]
  throw new TypeError(name + ' is no function of the submission')
}

async function answer(loaded, request) {
  if (loaded.failure !== undefined) return { error: loaded.failure }
  let later = false
  try {
    const given = find(loaded, request.function)(...read(request.arguments))
    later = typeof given?.then === 'function'
    const result = await given
    return { value: write({ later, result }) }
  } catch (error) {
    return { value: write({ later, threw: describe(error) }) }
  }
}

// An error that nobody waits for is no reason to be gone
process.on('unhandledRejection', () => {})
const loaded = await load(process.argv[2])
// Not before: lines that nobody iterates over are lost
for await (const line of createInterface({ input: channel, crlfDelay: Infinity }))
  channel.write(JSON.stringify(await answer(loaded, JSON.parse(line))) + '\n')
process.exit(0)
`
