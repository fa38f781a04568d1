import { readFile } from 'node:fs/promises'

import {
  defaultPolicy,
  definePolicy,
  learningPolicy,
  learnPolicy,
  SandboxError,
  type Policy,
  type PolicyDefinition,
  type RunResult,
} from '@mayfly/sandbox'

import { invalidOption } from '../invalid-option.ts'

/** What of a command line says which system calls are allowed. */
export interface PolicyFiles {
  /** Holds a definition, as `definePolicy` takes it. */
  readonly policyFile?: string
  /** Is to hold one. */
  readonly learnFile?: string
}

/** The policy that a command line asks for; throws `INVALID_OPTION` for a file that holds none. */
export async function resolvePolicy({ policyFile, learnFile }: PolicyFiles): Promise<Policy> {
  if (learnFile !== undefined) return learningPolicy
  if (policyFile === undefined) return defaultPolicy
  return definePolicy(parseDefinition(await readFile(policyFile, 'utf8'), policyFile))
}

/** In a file `extends` is the word `default`, since it cannot hold the policy itself. */
function parseDefinition(text: string, file: string): PolicyDefinition {
  const definition = parse(text, file)
  if (typeof definition !== 'object' || definition === null)
    throw invalidOption('--policy', 'must hold an object', file)
  if (!('extends' in definition)) return definition
  if (definition.extends !== 'default') throw invalidOption('--policy', 'can extend "default" only', file)
  return { ...definition, extends: defaultPolicy }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidOption('--policy', 'must be a file of JSON', file)
  }
}

/** What a run under the learning policy needed, as the text of a file for `--policy`. */
export function learntDefinition(result: RunResult): string {
  if (result.missing.includes('refusalNames')) {
    const message =
      'nothing can be learnt here: this host cannot tell which calls were made; see refusalNames in `mayfly doctor`'
    throw new SandboxError('UNSUPPORTED_HOST', message)
  }
  return `${JSON.stringify(learnPolicy(result), null, 2)}\n`
}
