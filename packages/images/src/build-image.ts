import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ImageCache } from '@mayfly/sandbox'
import { makeImage, type MadeImage, type MakeOptions } from './import-image.ts'
import { installPackages, type Building } from './recipe/debian.ts'
import { alwaysLeft } from './recipe/leaves.ts'
import { readRecipe } from './recipe/recipe.ts'

/** What may be said of an image that is built. */
export interface BuildOptions extends MakeOptions, Building {}

/**
 * Builds the image of a recipe, by its name or path, from Debian's packages. Built again of the same packages it has the
 * same digest. It is named after its recipe, unless `name` says otherwise. Rejects with `UNSUPPORTED_HOST` where
 * mmdebstrap is not installed.
 */
export async function buildImage(recipeNameOrPath: string, options: BuildOptions = {}): Promise<MadeImage> {
  const recipe = await readRecipe(recipeNameOrPath)
  const cache = options.cache ?? new ImageCache()
  const staging = await cache.stage()
  try {
    const path = join(staging, 'root.tar')
    await installPackages(recipe, path, options)
    const links = Object.fromEntries(recipe.links.flatMap(({ to, at }) => at.map((place) => [place, to])))
    const source = { kind: 'root', path, leaves: [...alwaysLeft, ...recipe.leave], links } as const
    return await makeImage(source, `recipe ${recipe.name} on Debian ${recipe.suite}`, { ...options, cache }, () => [
      recipe.name,
    ])
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
