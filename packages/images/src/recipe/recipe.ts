import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SandboxError } from '@mayfly/sandbox'

/** What an image is made of: a file of JSON in `root_fs/`, or anyone's own. */
export interface Recipe {
  readonly name: string
  /** For people. */
  readonly description: string
  /** The release of Debian, such as `bookworm`. */
  readonly suite: string
  /**
   * `programs` unpacks the packages and no others, and runs none of their scripts; `system` installs them with what
   * Debian calls essential: a shell, coreutils and so on.
   */
  readonly kind: 'programs' | 'system'
  readonly packages: readonly string[]
  /** Beside what no image has; see `leaves.ts`. */
  readonly leave: readonly string[]
  /** Links that are added: what they point to, and where they stand. */
  readonly links: readonly { readonly to: string; readonly at: readonly string[] }[]
  /** A program of the language, to see that the image works. */
  readonly check: RecipeCheck
}

/** A command, the files that it needs, and what it prints. */
export interface RecipeCheck {
  readonly files: Readonly<Record<string, string>>
  readonly command: readonly string[]
  readonly output: string
}

/** As this file: beside the packages where the source is run as it stands, else with what was built. */
const directory = new URL(import.meta.url.endsWith('.ts') ? '../../../../root_fs/' : '../root_fs/', import.meta.url)

/** The names of the recipes that come with Mayfly. */
export function recipeNames(): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort()
}

/** Reads a recipe, by its name or, with a `/` in it, by the path of its file. Rejects with `INVALID_OPTION` where it is none. */
export async function readRecipe(nameOrPath: string): Promise<Recipe> {
  const isPath = nameOrPath.includes('/')
  if (!isPath && !recipeNames().includes(nameOrPath))
    throw new SandboxError(
      'INVALID_OPTION',
      `\`recipe\` must be ${recipeNames().join(', ')} or a path, got ${nameOrPath}`,
    )
  const path = isPath ? nameOrPath : fileURLToPath(new URL(`${nameOrPath}.json`, directory))
  try {
    return checkRecipe(JSON.parse(await readFile(path, 'utf8')) as Partial<Recipe>, basename(path, '.json'))
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause
    const { message, code: errno } = cause as NodeJS.ErrnoException
    throw new SandboxError('INVALID_OPTION', `\`recipe\` must be a file of JSON, got ${path}: ${message}`, {
      errno,
      path,
      cause,
    })
  }
}

const packageShape = /^[a-z\d][a-z\d+.-]+$/
const suiteShape = /^[a-z][a-z\d-]*$/

function checkRecipe(given: Partial<Recipe>, name: string): Recipe {
  const { description = '', suite = '', kind, packages = [], leave = [], links = [], check } = given
  if (!suiteShape.test(suite)) throw broken('suite', 'be a release of Debian', suite)
  if (kind !== 'programs' && kind !== 'system') throw broken('kind', "be 'programs' or 'system'", kind)
  for (const [property, list] of Object.entries({ packages, leave, links }))
    if (!Array.isArray(list)) throw broken(property, 'be a list', list)
  for (const each of leave) if (typeof each !== 'string') throw broken('leave', 'hold paths', each)
  for (const each of links) if (!isLink(each)) throw broken('links', 'hold `to`, and `at` as a list', each)
  if (packages.length === 0) throw broken('packages', 'name at least one package', packages)
  for (const each of packages) if (!packageShape.test(each)) throw broken('packages', 'hold names of packages', each)
  if (check === undefined) throw broken('check', 'be there', check)
  return { name, description, suite, kind, packages, leave, links, check }
}

function isLink(link: Partial<Recipe['links'][number]> | null): boolean {
  const at: unknown = link?.at
  return typeof link?.to === 'string' && Array.isArray(at) && at.every((place) => typeof place === 'string')
}

function broken(property: string, rule: string, value: unknown): SandboxError {
  return new SandboxError('INVALID_OPTION', `\`recipe.${property}\` must ${rule}, got ${JSON.stringify(value)}`)
}
