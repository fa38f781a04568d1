import { readFileSync } from 'node:fs'

/** What a run said of every test, by file and name. */
export interface Results {
  readonly files: number
  readonly seconds: number
  readonly tests: ReadonlyMap<string, Outcome>
}

interface Outcome {
  readonly status: string
  readonly message: string
}

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[] | null
    }[]
  }[]
}

export function readResults(report: string, root: string, tookMs: number): Results {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as JsonReport
  const tests = new Map<string, Outcome>()
  for (const { name, status, message, assertionResults } of testResults) {
    const file = name.slice(root.length + 1)
    if (assertionResults.length === 0) tests.set(file, { status, message: firstLine(message) })
    for (const { fullName, status: of, failureMessages } of assertionResults) {
      tests.set(unique(tests, `${file} > ${fullName}`), { status: of, message: firstLine(failureMessages?.[0] ?? '') })
    }
  }
  return { files: testResults.length, seconds: tookMs / 1000, tests }
}

/** Tests that have one name are told apart by their order. */
function unique(tests: ReadonlyMap<string, Outcome>, name: string): string {
  for (let i = 2; ; i += 1) {
    const numbered = i === 2 ? name : `${name} (${i - 1})`
    if (!tests.has(numbered)) return numbered
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replaceAll(/\b\d+(?:\.\d+)?ms\b/g, '<time>')
}

/** What is not the same, a line for each test. */
export function differencesOf(forks: Results, sandboxed: Results): readonly string[] {
  const names = new Set([...forks.tests.keys(), ...sandboxed.tests.keys()])
  return [...names].flatMap((name) => {
    const [left, right] = [forks.tests.get(name), sandboxed.tests.get(name)]
    if (left?.status === right?.status && left?.message === right?.message) return []
    return [`${name}: ${outcomeOf(left)}; in the sandbox ${outcomeOf(right)}`]
  })
}

function outcomeOf(outcome: Outcome | undefined): string {
  return outcome === undefined ? 'not there' : `${outcome.status} ${outcome.message}`.trim()
}
