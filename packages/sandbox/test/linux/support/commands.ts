import type { Argv, FileSource } from '@mayfly/sandbox'
import { buildFixture, type FixtureKind } from '../../../../../fixtures/build.ts'
import { descendsFrom, readProcesses } from '../../../../../fixtures/host-processes.ts'

/** A script for the image's shell; its `$0` is `sh`, its arguments follow. */
export function sh(script: string, ...scriptArguments: readonly string[]): Argv {
  return ['/bin/sh', '-c', script, 'sh', ...scriptArguments]
}

/** A fixture, compiled where that is needed, as an executable file for a container. */
async function fixture(kind: FixtureKind, name: string): Promise<FileSource> {
  return { hostPath: await buildFixture(kind, name), mode: 0o755 }
}

/** Files that make the fixture available as `./<name>`. */
export async function fixtureFiles(kind: FixtureKind, name: string): Promise<Readonly<Record<string, FileSource>>> {
  return { [name]: await fixture(kind, name) }
}

/** The processes of this name in the sandboxes of `nodePid`, seen from the host. */
export function commandsNamed(name: string, nodePid: number = process.pid): readonly number[] {
  const all = readProcesses()
  return [...all.values()]
    .filter((found) => found.name === name && descendsFrom(all, found.pid, nodePid))
    .map((found) => found.pid)
}

/** How many there are of them. */
export function countCommands(name: string, nodePid: number = process.pid): number {
  return commandsNamed(name, nodePid).length
}
