import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, parse, resolve } from 'node:path'
import { GraderError, packageError } from '../errors.ts'
import { BlobCache } from '../judge/blob.ts'
import { isGroup, type Blob, type Group, type Problem, type Test } from '../problem/problem.ts'
import { isFileName } from './file-name.ts'
import { isDirectory, names } from './tree.ts'
import { readZip } from './zip.ts'

/** Reads a package from an archive. Its tests are then in memory: nothing of it stays on disk. */
export async function loadPacked(path: string, load: (folder: string) => Promise<Problem>): Promise<Problem> {
  const archive = resolve(path)
  const files = await readZip(archive)
  const temporary = await mkdtemp(join(tmpdir(), 'mayfly-package-'))
  const { name } = parse(archive)
  const root = join(temporary, isFileName(name) ? name : 'package')
  try {
    await unpack(files, root, archive)
    const problem = await load(await topOf(root))
    const { tests, probes } = await heldInMemory(problem)
    const warnings = problem.warnings.map((text) => text.replaceAll(root, archive))
    return { ...problem, path: archive, tests, probes, warnings }
  } catch (error) {
    throw error instanceof GraderError ? placedIn(error, root, archive) : error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function unpack(files: ReadonlyMap<string, Uint8Array>, root: string, archive: string): Promise<void> {
  await mkdir(root)
  for (const [name, content] of files) {
    const path = join(root, name)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content, { flag: 'wx' })
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
      throw packageError(archive, `${JSON.stringify(name)} cannot be unpacked: ${why}`)
    }
  }
}

/** Archives mostly hold the folder itself, some of them what is in it. */
async function topOf(root: string): Promise<string> {
  const [only, ...others] = await names(root)
  const isWrapped = only !== undefined && others.length === 0 && (await isDirectory(join(root, only)))
  return isWrapped ? join(root, only) : root
}

async function heldInMemory({ tests, probes }: Problem): Promise<Pick<Problem, 'tests' | 'probes'>> {
  const reader = new BlobCache(0)
  // Many tests may name one file, which is held once
  const known = new Map<string, Promise<Blob>>()
  const held = async (blob: Blob): Promise<Blob> => {
    if ('content' in blob) return blob
    const key = `${blob.newlines ?? ''}:${blob.path}`
    const found = known.get(key) ?? reader.read(blob).then((content) => ({ content }))
    known.set(key, found)
    return found
  }
  const heldTest = async (test: Test): Promise<Test> => {
    const files = Object.entries(test.files).map(async ([name, blob]) => [name, await held(blob)] as const)
    const [input, answer] = [await held(test.input), await held(test.answer)]
    return { ...test, input, answer, files: Object.fromEntries(await Promise.all(files)) }
  }
  const heldGroup = async (group: Group): Promise<Group> => {
    const parts: (Group | Test)[] = []
    for (const part of group.parts) parts.push(isGroup(part) ? await heldGroup(part) : await heldTest(part))
    return { ...group, parts }
  }
  const heldProbes: Problem['probes'][number][] = []
  for (const probe of probes) {
    const output = probe.output && (await held(probe.output))
    heldProbes.push({ ...probe, test: await heldTest(probe.test), output })
  }
  return { tests: await heldGroup(tests), probes: heldProbes }
}

/** Nobody knows the folder that it was unpacked in. */
function placedIn({ code, message, path = '', line, cause }: GraderError, root: string, archive: string): GraderError {
  const where = path === '' ? '' : line === undefined ? `${path}: ` : `${path}:${line}: `
  return new GraderError(code, message.slice(where.length).replaceAll(root, archive), {
    ...(path === '' ? {} : { path: path.replace(root, archive) }),
    ...{ line, cause },
  })
}
