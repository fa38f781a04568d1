// Builds the image of every recipe, twice, sees that both are the same, and runs a program of its language in it.
// Heavy: it fetches some hundred MiB of Debian packages for each. node test/images/main.ts [RECIPE…]
import { buildImage, readRecipe, recipeNames, type MadeImage, type Recipe } from '@mayfly/images'
import { createSandbox, MiB, type Limits } from '@mayfly/sandbox'

const limits: Partial<Limits> = {
  wallTimeMs: 120_000,
  cpuTimeMs: 120_000,
  idleTimeMs: 120_000,
  processCount: 256,
  diskBytes: 512 * MiB,
  memoryBytes: 2048 * MiB,
}

async function build(name: string): Promise<MadeImage> {
  const startedMs = Date.now()
  const image = await buildImage(name)
  const seconds = Math.round((Date.now() - startedMs) / 1000)
  console.log(`  ${image.digest} ${Math.round(image.bytes / MiB)} MiB, ${image.entryCount} files, in ${seconds} s`)
  return image
}

async function sayHello({ name, check }: Recipe): Promise<string | undefined> {
  await using sandbox = await createSandbox({ concurrency: 1, image: name, limits })
  const result = await sandbox.run({ argv: check.command, files: check.files })
  const isRight = result.status === 'exited' && result.exitCode === 0 && String(result.stdout) === check.output
  return isRight ? undefined : `${result.status}: ${String(result.stdout)}${String(result.stderr)}`
}

async function failureOf(name: string): Promise<string | undefined> {
  try {
    const [first, second] = [await build(name), await build(name)]
    if (first.digest !== second.digest) return 'two builds differ'
    return await sayHello(await readRecipe(name))
  } catch (error) {
    return String(error)
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : recipeNames()
let failed = 0
for (const name of names) {
  console.log(name)
  const failure = await failureOf(name)
  console.log(failure === undefined ? `passed  ${name}` : `FAILED  ${name}: ${failure}`)
  if (failure !== undefined) failed += 1
}
console.log(`${names.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
