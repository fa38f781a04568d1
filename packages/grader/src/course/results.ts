import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { attribute, child, children, type Element } from '../formats/polygon/xml.ts'
import type { HarnessTest, ResultsFormat } from './harness.ts'

/** Reads what a harness left. Throws where it is not of its format. */
export function readResults(format: ResultsFormat, bytes: Uint8Array): readonly HarnessTest[] {
  const text = Buffer.from(bytes).toString('utf8')
  const tests = readers[format](text)
  if (tests.length === 0) throw new Error('it tells of no test')
  return tests
}

const readers: { readonly [Format in ResultsFormat]: (text: string) => readonly HarnessTest[] } = {
  mayfly: readOwn,
  gradescope: readOwn,
  junit: readJunit,
  tap: readTap,
}

const statuses: Readonly<Record<string, HarnessTest['status']>> = {
  ...{ pass: 'pass', passed: 'pass', fail: 'fail', failed: 'fail', error: 'error', skip: 'skip', skipped: 'skip' },
}

/** `{ "tests": [{ "name", "status", "message" or "output", "score", "max_score", "visibility" }] }`. */
function readOwn(text: string): readonly HarnessTest[] {
  const value = JSON.parse(text) as { readonly tests?: unknown }
  if (!Array.isArray(value.tests)) throw new Error('it has no list `tests`')
  return value.tests.map((each: unknown, index) => ownTest(each, index))
}

function ownTest(value: unknown, index: number): HarnessTest {
  if (typeof value !== 'object' || value === null) throw new Error(`test ${index + 1} is no object`)
  const test = value as Readonly<Record<string, unknown>>
  const number = (key: string): number | undefined => (typeof test[key] === 'number' ? test[key] : undefined)
  const string = (key: string): string | undefined => (typeof test[key] === 'string' ? test[key] : undefined)
  const [score, maxScore] = [number('score'), number('max_score')]
  const byScore = score === undefined ? undefined : score >= (maxScore ?? score) ? 'pass' : 'fail'
  const status = statuses[string('status') ?? ''] ?? byScore
  if (status === undefined) throw new Error(`test ${index + 1} says neither whether it passed nor its score`)
  return {
    name: string('name') ?? `test ${index + 1}`,
    status,
    message: string('message') ?? string('output') ?? '',
    score,
    maxScore,
    hidden: string('visibility') !== undefined && string('visibility') !== 'visible',
  }
}

function readJunit(text: string): readonly HarnessTest[] {
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`)
  const document = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(text) as Element
  return casesIn(child(document, 'testsuites') ?? document)
}

function casesIn(element: Element): readonly HarnessTest[] {
  const own = children(element, 'testcase').map(junitTest)
  return [...own, ...children(element, 'testsuite').flatMap(casesIn)]
}

function junitTest(element: Element): HarnessTest {
  const found = (['failure', 'error', 'skipped'] as const).find((name) => name in element)
  const status = found === undefined ? 'pass' : ({ failure: 'fail', error: 'error', skipped: 'skip' } as const)[found]
  const said = found === undefined ? undefined : child(element, found)
  const body = said?.['#text']
  return {
    name: [attribute(element, 'classname'), attribute(element, 'name')].filter((part) => part !== undefined).join('.'),
    status,
    message: [attribute(said, 'message') ?? '', typeof body === 'string' ? body : '']
      .filter((part) => part !== '')
      .join('\n'),
    score: undefined,
    maxScore: undefined,
    hidden: false,
  }
}

const tapLine = /^(not )?ok\b\s*(\d+)?\s*-?\s*([^#]*)(?:#\s*(SKIP|TODO)\b.*)?$/i

function readTap(text: string): readonly HarnessTest[] {
  const lines = text.split('\n')
  const bail = lines.find((line) => line.startsWith('Bail out!'))
  if (bail !== undefined) throw new Error(bail)
  const planned = Number(lines.map((line) => /^1\.\.(\d+)/.exec(line)?.[1]).find((count) => count !== undefined))
  const tests = lines.flatMap((line): HarnessTest[] => {
    const match = tapLine.exec(line)
    if (match === null) return []
    const [, not, number, name = '', directive] = match
    const status = directive === undefined ? (not === undefined ? 'pass' : 'fail') : 'skip'
    const shown = name.trim() === '' ? `test ${number ?? ''}` : name.trim()
    return [{ name: shown, status, message: '', score: undefined, maxScore: undefined, hidden: false }]
  })
  if (!Number.isNaN(planned) && planned !== tests.length)
    throw new Error(`${planned} tests are planned, ${tests.length} are told of`)
  return tests
}
