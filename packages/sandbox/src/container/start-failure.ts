import { errnoName } from '../errno.ts'
import { invalidOption, SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { containerFailure } from '../supervisor/failures.ts'
import type { Report } from '../supervisor/report.ts'
import { step } from '../supervisor/steps.ts'
import type { ResolvedCommand } from './command.ts'
import { unpackFailure } from './load-layer.ts'
import { fullDisk, judgeMemory, limited, memoryFinding, type Limited } from './outcome.ts'

const notFound: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR'])
const notExecutable: ReadonlySet<string> = new Set([
  ...['EACCES', 'ENOEXEC', 'ELOOP', 'EISDIR', 'EINVAL', 'ELIBBAD', 'EPERM', 'ETXTBSY', 'ENAMETOOLONG', 'EIO'],
])
const badFiles: ReadonlySet<string> = new Set([
  'EEXIST',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
  'EINVAL',
  'ELOOP',
  'ENOENT',
  'EXDEV',
])

/** What these take of memory is the command's. */
const chargedSteps: ReadonlySet<number> = new Set([step.REQUEST, step.FILES, step.EXEC])

/** A command that did not come to run: limited if for want of memory or disk, else the caller's error or the host's. */
export function judgeStart(report: Report, command: ResolvedCommand, limits: Limits): Limited | SandboxError {
  const errno = errnoName(report.failedError)
  if (judgeMemory(report, limits) !== undefined || (errno === 'ENOMEM' && chargedSteps.has(report.failedStep))) {
    return limited('memory', memoryFinding(report, limits))
  }
  switch (report.failedStep) {
    case step.EXEC:
      return execFailure(report, command, errno)
    case step.REQUEST:
      return errno === 'E2BIG' ? tooManyWords(errno) : unexpected(report)
    case step.WORKING_DIRECTORY:
      return missingDirectory(command, errno)
    case step.UNPACK:
      return unpackFailure(report.failedError, command.unpackedPaths?.[report.failedIndex]) ?? unexpected(report)
    case step.FILES:
      return filesFailure(report, command, limits, errno)
    default:
      return unexpected(report)
  }
}

function execFailure(report: Report, { argv }: ResolvedCommand, errno: string): SandboxError {
  const [program = ''] = argv
  const details = { errno, path: program }
  if (notFound.has(errno)) {
    // A script whose interpreter is missing gives ENOENT as well (execve(2)).
    const message = `the command ${JSON.stringify(program)}, or its interpreter, was not found inside the container: ${errno}`
    return new SandboxError('COMMAND_NOT_FOUND', message, details)
  }
  if (notExecutable.has(errno)) {
    const message = `the command ${JSON.stringify(program)} cannot be executed inside the container: ${errno}`
    return new SandboxError('COMMAND_NOT_EXECUTABLE', message, details)
  }
  return errno === 'E2BIG' ? tooManyWords(errno) : unexpected(report)
}

function tooManyWords(errno: string): SandboxError {
  return invalidOption('command.argv', 'fit the kernel together with `command.env`', 'more', { errno })
}

function missingDirectory({ workingDirectory }: ResolvedCommand, errno: string): SandboxError {
  const details = { errno, path: workingDirectory }
  return invalidOption('command.cwd', `be a directory inside the container (${errno})`, workingDirectory, details)
}

function filesFailure(report: Report, command: ResolvedCommand, limits: Limits, errno: string): Limited | SandboxError {
  if (errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EFBIG') {
    const placed = { source: 'full', limit: limits.diskBytes, measured: limits.diskBytes } as const
    return limited('disk', fullDisk(report, limits) ?? placed)
  }
  if (!badFiles.has(errno)) return unexpected(report)
  const { path, option = 'command.files' } = command.files[report.failedIndex] ?? {}
  return invalidOption(option, `be a path where a file can be made (${errno})`, path, { errno, path })
}

function unexpected(report: Report): SandboxError {
  return containerFailure({ step: report.failedStep, errno: report.failedError, detail: '' })
}
