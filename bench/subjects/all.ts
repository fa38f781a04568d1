import { bubblewrap } from './bubblewrap.ts'
import { childProcess } from './child-process.ts'
import { crun } from './crun.ts'
import { docker } from './docker.ts'
import { execa } from './execa.ts'
import { firejail } from './firejail.ts'
import { goJudge } from './go-judge.ts'
import { isolate } from './isolate.ts'
import { mayfly } from './mayfly.ts'
import { runc } from './runc.ts'
import { sandboxRuntime } from './sandbox-runtime.ts'
import type { OpenOptions, OpenSubject, Subject } from './subject.ts'

export const subjects: readonly Subject[] = [
  ...[mayfly, childProcess, execa],
  ...[bubblewrap, crun, runc, firejail, docker, sandboxRuntime],
  ...[isolate, goJudge],
]

/** What tables call it. */
export function titleOf(name: string): string {
  return subjectNamed(name).title
}

export function subjectNamed(name: string): Subject {
  const found = subjects.find((subject) => subject.name === name)
  if (found === undefined) throw new Error(`no subject is called ${name}`)
  return found
}

/** Those of `wanted` that this machine has, by name, and the reasons why it lacks the others. */
export async function findSubjects(wanted: readonly Subject[]): Promise<{
  readonly names: readonly string[]
  readonly missing: Readonly<Record<string, string>>
}> {
  const names: string[] = []
  const missing: Record<string, string> = {}
  for (const subject of wanted) {
    try {
      const opened = await subject.open({ argv: ['/bin/true'], concurrency: 1 })
      await opened.close()
      names.push(subject.name)
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
      missing[subject.name] = `${reason}; to have it: ${subject.install}`
    }
  }
  return { names, missing }
}

export interface Available {
  readonly subject: Subject
  readonly opened: OpenSubject
}

/** Opens all of them for `use`, and closes what was opened, whatever happens. */
export async function withSubjects<Result>(
  names: readonly string[],
  options: OpenOptions,
  use: (available: readonly Available[]) => Promise<Result>,
): Promise<Result> {
  const available: Available[] = []
  try {
    for (const name of names) {
      const subject = subjectNamed(name)
      available.push({ subject, opened: await subject.open(options) })
    }
    return await use(available)
  } finally {
    for (const { opened } of available) await opened.close()
  }
}
