// Writes src/policy/compiled/: the default policy as filters, one for each architecture, and the names of all system
// calls. To be run after a change of the policy: node packages/sandbox/scripts/compile-policy.ts
import { writeFileSync } from 'node:fs'
import type { Architecture } from '../src/policy/architecture.ts'
import { compileAnew } from '../src/policy/compile.ts'
import { defaultPolicy } from '../src/policy/default-policy.ts'
import { loadLibseccomp } from '../src/policy/libseccomp.ts'
import { watchedCalls } from '../src/policy/rules.ts'

const architectures: readonly Architecture[] = ['x64', 'arm64']
const lineCharacters = 100
const lastCall = 1023

async function compile(architecture: Architecture): Promise<string> {
  const library = await loadLibseccomp()
  const names = library.startFilter('ENOSYS', 'ENOSYS', architecture)
  const { filter } = await compileAnew(defaultPolicy, architecture)
  const numbers = [...watchedCalls(defaultPolicy).keys()].flatMap((call) => {
    const number = names.resolve(call)
    return number === undefined ? [] : [`    ${call}: ${number},`]
  })
  names.close()
  return [
    '// Written by scripts/compile-policy.ts.',
    "import type { ShippedFilter } from '../shipped.ts'",
    '',
    `/** The default policy for ${architecture}. */`,
    'export const shippedFilter: ShippedFilter = {',
    `  libseccomp: '${library.version}',`,
    `  program: ${quoted(filter.program)},`,
    `  plainProgram: ${quoted(filter.plainProgram)},`,
    '  numbers: {',
    ...numbers,
    '  },',
    '}',
    '',
  ].join('\n')
}

function quoted(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(new RegExp(`.{1,${lineCharacters}}`, 'g'))
  return (lines ?? []).map((line) => `\n    '${line}'`).join(' +')
}

async function nameCalls(): Promise<string> {
  const library = await loadLibseccomp()
  const names = new Set<string>()
  for (const architecture of architectures) {
    const builder = library.startFilter('ENOSYS', 'ENOSYS', architecture)
    for (let number = 0; number <= lastCall; number++) {
      const name = builder.nameOf(number)
      if (name !== undefined) names.add(name)
    }
    builder.close()
  }
  const lines =
    [...names]
      .sort()
      .join(' ')
      .match(/\S.{1,105}(?= |$)/g) ?? []
  return [
    '// Written by scripts/compile-policy.ts.',
    '',
    `/** The names of the system calls that libseccomp ${library.version} knows. */`,
    'export const callNames: ReadonlySet<string> = new Set(',
    '  `',
    ...lines.map((line) => `    ${line}`),
    '  `',
    '    .trim()',
    '    .split(/\\s+/),',
    ')',
    '',
  ].join('\n')
}

const target = new URL('../src/policy/compiled/', import.meta.url)
for (const architecture of architectures) {
  writeFileSync(new URL(`${architecture}.ts`, target), await compile(architecture))
}
writeFileSync(new URL('call-names.ts', target), await nameCalls())
