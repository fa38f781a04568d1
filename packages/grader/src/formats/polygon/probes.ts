import { join } from 'node:path'
import type { Blob, Probe, Test } from '../../problem/problem.ts'
import { exists } from '../tree.ts'
import { insideOf } from './inside.ts'
import { attribute, child, children, type Element } from './xml.ts'

/** Fills in a number, as printf does in `tests/%02d.a`; the width has a bound, lest it fill the memory. */
export function numbered(pattern: string, index: number): string {
  return pattern.replace(/%(?:0(\d{1,2}))?d/, (_, width: string | undefined) =>
    String(index).padStart(Number(width ?? 0), '0'),
  )
}

const kinds: Readonly<Record<string, Probe['kind']>> = {
  valid: 'valid_input',
  invalid: 'invalid_input',
  ok: 'valid_output',
  'wrong-answer': 'invalid_output',
  'presentation-error': 'invalid_output',
}

/** The cases that the authors tried their validators and their checker with; those whose files are not there are told. */
export async function probesIn(
  assets: Element,
  root: string,
): Promise<{ readonly probes: readonly Probe[]; readonly warnings: readonly string[] }> {
  const owners = [...children(child(assets, 'validators'), 'validator'), ...children(assets, 'checker')]
  const [probes, warnings]: [Probe[], string[]] = [[], []]
  for (const testset of owners.flatMap((owner) => children(owner, 'testset'))) {
    for (const [at, element] of children(child(testset, 'tests'), 'test').entries()) {
      const kind = kinds[attribute(element, 'verdict') ?? '']
      const names = ['input', 'answer', 'output'].map((name) => patternOf(testset, name, at + 1))
      const [name = ''] = names
      if (kind === undefined) continue
      const there = await Promise.all(names.map(async (each) => each === undefined || exists(join(root, each))))
      if (!there.every(Boolean)) {
        warnings.push(`${name}, by which the authors tried their own programs, is not there`)
        continue
      }
      const [input = nothing, answer = nothing, output] = await Promise.all(
        names.map(async (each) => (each === undefined ? undefined : { path: await insideOf(root, each) })),
      )
      probes.push({ kind, test: probeTest(name, input, answer, attribute(element, 'group')), output })
    }
  }
  return { probes, warnings }
}

const nothing: Blob = { content: new Uint8Array() }

function probeTest(id: string, input: Blob, answer: Blob, group: string | undefined): Test {
  const inputFlags = ['--testset', 'tests', ...(group === undefined ? [] : ['--group', group])]
  return { id, input, answer, files: {}, args: [], checkerFlags: [], inputFlags, hidden: true }
}

function patternOf(testset: Element, name: string, index: number): string | undefined {
  const pattern = testset[`${name}-path-pattern`]
  return typeof pattern === 'string' ? numbered(pattern, index) : undefined
}
