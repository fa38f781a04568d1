import { bwrap } from './bwrap.ts'
import { childProcess } from './child-process.ts'
import { docker } from './docker.ts'
import { mayfly } from './mayfly.ts'
import { runc } from './runc.ts'
import { MissingSubject, type OpenSubject, type Subject } from './subject.ts'

export const subjects: readonly Subject[] = [mayfly, childProcess, bwrap, runc, docker]

export interface Available {
  readonly subject: Subject
  readonly opened: OpenSubject
}

export interface OpenedSubjects {
  readonly available: readonly Available[]
  /** Names with reasons. */
  readonly missing: Readonly<Record<string, string>>
}

/** Opens what this machine has of `wanted`. */
export async function openSubjects(wanted: readonly Subject[], concurrency: number): Promise<OpenedSubjects> {
  const available: Available[] = []
  const missing: Record<string, string> = {}
  for (const subject of wanted) {
    try {
      available.push({ subject, opened: await subject.open({ concurrency }) })
    } catch (error) {
      if (!(error instanceof MissingSubject)) throw error
      missing[subject.name] = error.message.split('\n')[0] ?? ''
    }
  }
  return { available, missing }
}

export async function closeSubjects({ available }: OpenedSubjects): Promise<void> {
  for (const { opened } of available) await opened.close()
}
