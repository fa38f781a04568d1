import { relative } from 'node:path'
import picomatch from 'picomatch'
import { MiB, type Limits } from '@mayfly/sandbox'
import { invalid } from './invalid.ts'
import { optionOf } from './limits.ts'
import {
  handlings,
  overlay,
  readFileOptions,
  type FileOptions,
  type PartialFileOptions,
  type ResolvedFileOptions,
  type ResolvedPluginOptions,
} from './options.ts'

/** What is known of a file before it runs. */
export interface FileFacts {
  readonly root: string
  readonly path: string
  /** Its text, as far as its comments may be. */
  readonly head: string
  readonly tags: readonly string[]
}

/**
 * What holds for a file: what is said of all, of its globs, of the profiles it names, and in its docblock. The file is
 * not to be trusted: it may name profiles, and beyond them only tighten, unless `overrides` says otherwise.
 */
export function optionsOfFile(options: ResolvedPluginOptions, file: FileFacts): ResolvedFileOptions {
  const path = relative(file.root, file.path)
  let resolved = options.standard
  for (const [glob, some] of options.files)
    if (picomatch.isMatch(path, glob, { dot: true })) resolved = overlay(resolved, some)
  for (const name of profileNames(file)) {
    const profile = options.profiles.get(name)
    if (profile === undefined)
      throw invalid(
        '@sandbox-profile',
        `be one of ${[...options.profiles.keys()].join(', ') || 'none: there are no `profiles`'}`,
        name,
      )
    resolved = overlay(resolved, profile)
  }
  const asked = readDocblock(file.head)
  if (options.overrides === 'tighten') refuseLooser(resolved, asked)
  return overlay(resolved, asked)
}

/** Those tags and words of a docblock that name one; a docblock is what stands before the first code. */
function profileNames({ head, tags }: FileFacts): readonly string[] {
  const named = [...comments(head).matchAll(/@sandbox-profile(?![\w/-])[ \t]*(\S*)/g)].map(([, name]) => name ?? '')
  const tagged = tags.filter((tag) => tag.startsWith('sandbox/')).map((tag) => tag.slice('sandbox/'.length))
  return [...new Set([...named, ...tagged])]
}

/** Wherever something follows it that begins as JSON does; and as a tag, at the start of a line, it must. */
const docblock = /(?:@sandbox[ \t]+(?=\{)|^[ \t]*(?:\/\/+|\/\*+|\*)?[ \t]*@sandbox(?![\w/-]))(.*)$/gm

function readDocblock(head: string): PartialFileOptions {
  const [said, other] = [...comments(head).matchAll(docblock)]
  if (said === undefined) return {}
  const text = (said[1] ?? '').replace(/\*\/.*$/, '').trim()
  if (other !== undefined) throw invalid('@sandbox', 'be said once', other[1]?.trim())
  let asked: unknown
  try {
    asked = JSON.parse(text)
  } catch (cause) {
    throw invalid('@sandbox', 'be followed by JSON on one line', text, cause)
  }
  return readFileOptions(asked as FileOptions, '@sandbox')
}

/** The comments that a file begins with. */
function comments(head: string): string {
  return /^(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/|#![^\n]*)*/.exec(head)?.[0] ?? ''
}

/** What the library sets where the config says nothing. */
const unsaid: Partial<Limits> = { fileBytes: 64 * MiB, openFileCount: 1024, stackBytes: 64 * MiB, ioWeight: 10 }

function refuseLooser(has: ResolvedFileOptions, asked: PartialFileOptions): void {
  const { wallTimeMs } = has.limits
  const bounds = { ...unsaid, ...(wallTimeMs === undefined ? {} : { idleTimeMs: wallTimeMs }), ...has.limits }
  for (const [name, value] of Object.entries(asked.limits ?? {}) as [keyof Limits, number][]) {
    const bound = bounds[name]
    if (bound !== undefined && value > bound)
      refuse(optionOf(name), `be at most ${bound}, which the config gives this file`, value)
  }
  if (asked.network === 'loopback' && has.network === 'none')
    refuse('network', "be 'none', as in the config", asked.network)
  if (asked.proc === 'full' && has.proc === 'pid') refuse('proc', "be 'pid', as in the config", asked.proc)
  if (asked.violations !== undefined && handlings.indexOf(asked.violations) > handlings.indexOf(has.violations))
    refuse('violations', `be '${has.violations}' or stricter`, asked.violations)
  for (const [name, value] of Object.entries(asked.budgets ?? {})) {
    const bound = has.budgets[name as keyof typeof has.budgets]
    if (bound !== undefined && value > bound) refuse(`budgets.${name}`, `be at most ${bound}`, value)
  }
}

function refuse(option: string, rule: string, value: unknown): never {
  throw invalid(
    `@sandbox ${option}`,
    `${rule} (a docblock only tightens: say more under \`files\`, or \`overrides: 'any'\`)`,
    value,
  )
}
