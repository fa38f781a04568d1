import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { checkerFiles } from '../../judge/protocols.ts'
import type { Generator, Problem, SourceFiles } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { readProgram } from '../tree.ts'
import type { YamlMap } from '../yaml-map.ts'
import { argumentsIn } from './arguments.ts'
import { requireFile, type Files } from './files.ts'
import { requiredInside } from './inside-package.ts'
import { isInteractive, programOfPython } from './python.ts'

const codeOptions = ['lang', 'language', 'compiler_time_limit', 'time_limit', 'memory_limit', 'cached', 'feedback']

/** What a program finds its files by, in a format of its arguments: as the judge names them now, and before. */
export const argumentNames: Readonly<Record<string, string>> = {
  input_file: checkerFiles.input,
  output_file: checkerFiles.output,
  answer_file: checkerFiles.answer,
  input: checkerFiles.input,
  output: checkerFiles.output,
  answer: checkerFiles.answer,
}

/** Files of the package that a key names, as one program. */
async function filesOf(names: readonly string[], map: YamlMap, key: string, root: string): Promise<SourceFiles> {
  const merged: Record<string, Uint8Array> = {}
  for (const name of names) {
    const path = await requiredInside(root, name, map, key)
    Object.assign(merged, (await readProgram(path, name, { bytesMax: packageFileBytes })).files)
  }
  return merged
}

/** What makes the input, and mostly the answer, of a test; undefined where both are files. */
export async function readGenerator(map: YamlMap, root: string): Promise<Generator | undefined> {
  if (!map.has('generator')) return undefined
  const own = map.isMap('generator') ? map.map('generator') : undefined
  const names = own === undefined ? map.words('generator') : own.words('source')
  const [args, flags] = [own?.words('args') ?? [], own?.words('flags') ?? []]
  own?.ignore(...codeOptions)
  own?.refuseRest()
  const [first, ...others] = names ?? []
  if (first === undefined) throw map.error('generator', 'must name a program')
  const files = await filesOf([first, ...others], map, 'generator', root)
  return { program: { name: first, files, flags }, args }
}

/** The other side of an interactive problem: a program, or a `Grader` in Python that talks to the submission. */
export async function readInteractor(map: YamlMap, root: string): Promise<Problem['interactor']> {
  const interactive = map.map('interactive')
  if (interactive === undefined) return readCustomJudge(map, root)
  const type = interactive.oneOf('type', ['default', 'testlib', 'coci', 'peg']) ?? 'default'
  const [first, ...others] = interactive.words('files') ?? []
  const flags = interactive.words('flags') ?? []
  const args = argumentsIn(interactive, 'args_format_string', argumentNames)
  // It is always made to say at once what it prints
  interactive.ignore(...codeOptions, 'preprocessing_time', 'unbuffered')
  interactive.refuseRest()
  if (first === undefined) throw map.error('interactive', 'needs `files`')
  const files = await filesOf([first, ...others], map, 'interactive', root)
  return {
    program: { name: first, files, flags },
    protocol: type === 'default' ? 'exit-code' : type,
    ...(args === undefined ? {} : { args }),
    unbuffered: true,
  }
}

/** `grader` is its older name. */
async function readCustomJudge(map: YamlMap, root: string): Promise<Problem['interactor']> {
  const key = ['custom_judge', 'grader'].find((each) => map.has(each))
  const name = key === undefined ? undefined : map.string(key)
  if (key === undefined || name === undefined) return undefined
  const files = await filesOf([name], map, key, root)
  const [file = name] = Object.keys(files)
  if (!isInteractive(files[file] ?? new Uint8Array()))
    throw map.error(
      key,
      `is ${name}, which judges within DMOJ's own process: only a Grader made from InteractiveGrader can stand alone`,
    )
  return { program: programOfPython('interactor', file, files, {}, basename(root)), protocol: 'kattis' }
}

/** A program of the package that calls functions of the submission; it may be in the archive. */
export async function readSignature(map: YamlMap, files: Files): Promise<Problem['signature']> {
  const signature = map.map('signature_grader')
  if (signature === undefined) return undefined
  const [entry, header] = [signature.string('entry'), signature.string('header')]
  if (entry === undefined || header === undefined) throw signature.error(undefined, 'needs `entry` and `header`')
  if (signature.has('java')) throw signature.error('java', 'cannot be honoured: only C and C++ are')
  const keepsMain = signature.boolean('allow_main') ?? false
  signature.refuseRest()
  const read = async (name: string): Promise<readonly [string, Uint8Array]> => {
    const blob = await requireFile(files, name, map, 'signature_grader', false)
    return [name, 'content' in blob ? blob.content : await readFile(blob.path)]
  }
  return { files: Object.fromEntries([await read(entry), await read(header)]), header, keepsMain }
}
