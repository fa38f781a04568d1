import { posix } from 'node:path'
import { GraderError } from '../errors.ts'
import type { Problem, ProgramSource } from '../problem/problem.ts'

/**
 * What is compiled of a submission whose functions a program of the package calls: both, as C++. Its own `main`, by
 * which students try what they wrote, is renamed.
 */
export function withSignature({ signature }: Problem, submission: ProgramSource): ProgramSource {
  if (signature === undefined) return submission
  const { files, header, keepsMain } = signature
  const rename = keepsMain ? '' : '#define main main_of_the_submission\n'
  const isSource = (path: string): boolean => /\.(?:c|cc|cpp|cxx)$/i.test(path)
  const own = Object.entries(submission.files).map(([path, content], index): [string, Uint8Array] => {
    if (!isSource(path)) return [path, content]
    // Where it was, so that it finds what lies beside it; numbered, since a.cpp and a.c are two
    const name = posix.join(posix.dirname(path), `submission_${index}_${posix.parse(path).name}.cpp`)
    const start = `#include "${header}"\n${rename}#line 1 "${path.replaceAll(/[^\w./-]/g, '_')}"\n`
    return [name, Buffer.concat([Buffer.from(start), content])]
  })
  if (!Object.keys(submission.files).some(isSource))
    throw new GraderError('INVALID_SUBMISSION', `${submission.name}: only C and C++ have functions that can be called`)
  const given = Object.entries(files).map(([path, content]) => [path.replace(/\.c$/, '.cpp'), content])
  return {
    ...submission,
    language: 'cpp',
    // The header is here, whatever folder a file of the submission is in
    flags: ['-I.', ...(submission.flags ?? [])],
    files: { ...Object.fromEntries(own), ...(Object.fromEntries(given) as typeof files) },
  }
}
