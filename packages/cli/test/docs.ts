import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top of the repository. */
export const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** A page for people. */
export interface Page {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** README.md, SECURITY.md and everything in docs/. */
export function readPages(): readonly Page[] {
  const docs = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
  const paths = [
    'README.md',
    'SECURITY.md',
    ...docs.filter((path) => path.endsWith('.md')).map((path) => join('docs', path)),
  ]
  return paths.map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }))
}

/** The fenced blocks in one language. */
export function blocks({ text }: Page, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , body = '']) => body)
}

/** Where the links of a page lead inside the repository, relative to it. */
export function localLinks({ path, text }: Page): readonly string[] {
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
  return targets.map((target) => relative(repository, join(repository, path, '..', target)))
}
