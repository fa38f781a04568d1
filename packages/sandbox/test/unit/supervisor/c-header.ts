import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** native/src, whose headers are the other side of the protocol. */
export const nativeSource = fileURLToPath(new URL('../../../../../native/src/', import.meta.url))

/** The struct NAME { … } of a header: its members' names in order. */
export function structMembers(header: string, name: string): readonly string[] {
  const body = new RegExp(`^struct ${name} \\{([^}]*)\\}`, 'm').exec(header)?.[1]
  if (body === undefined) throw new Error(`the header has no struct ${name}`)
  return [...body.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/(\w+)(?:\[\w+\])*;/g)].map((match) => match[1] ?? '')
}

/** The enumerators of a header that start with a prefix, by what follows it. */
export function enumerators(header: string, prefix: string): Readonly<Record<string, number>> {
  const found = header.matchAll(new RegExp(`^\\s*${prefix}_(\\w+) = (\\w+)(?: << (\\d+))?,`, 'gm'))
  return Object.fromEntries(
    [...found].map(([, name = '', number, shift]) => [name, Number(number) << Number(shift ?? 0)]),
  )
}

export const hasCompiler = spawnSync('cc', ['--version']).status === 0

/** What the C compiler says of a struct: its size, and the offset of each member. */
export function measureStruct(name: string, members: readonly string[]): Readonly<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), 'layout-'))
  try {
    const lines = members.map((member) => `printf("${member} %zu\\n", offsetof(struct ${name}, ${member}));`)
    const program = `#include <stdio.h>\n#include <stddef.h>\n#include "protocol.h"\nint main(void) { printf("size %zu\\n", sizeof(struct ${name})); ${lines.join(' ')} return 0; }\n`
    writeFileSync(join(directory, 'layout.c'), program)
    execFileSync('cc', ['-I', nativeSource, '-o', join(directory, 'layout'), join(directory, 'layout.c')])
    const text = execFileSync(join(directory, 'layout'), { encoding: 'utf8' })
    return Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(' '))
        .map(([member = '', offset]) => [member, Number(offset)]),
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}
