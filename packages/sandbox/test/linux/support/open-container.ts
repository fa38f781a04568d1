import type { CommandLimits, Container, OpenOptions, RunningCommand, Sandbox } from '@mayfly/sandbox'
import { afterEach } from 'vitest'
import { countCommands, fixtureFiles, sh } from './commands.ts'
import { until } from './until.ts'

/** Long enough for whatever a test waits for. */
export const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }

/** Opens containers, which are closed after each test. */
export function useContainers(sandbox: () => Sandbox): (options?: OpenOptions) => Promise<Container> {
  const opened: Container[] = []
  afterEach(async () => {
    await Promise.allSettled(opened.splice(0).map(async (box) => box.close()))
  })
  return async (options) => {
    const box = await sandbox().open(options)
    opened.push(box)
    return box
  }
}

/** What a script prints in a container, its complaints included. */
export async function printed(box: Container, script: string, limits: Partial<CommandLimits> = {}): Promise<string> {
  const result = await box.run(sh(script), limits)
  if (result.status === 'limited') throw new Error(`\`${script}\`: ${JSON.stringify(result)}`)
  return `${String(result.stdout)}${String(result.stderr)}`
}

/** A process that does nothing, under a name of its own. */
export async function startSleeper(box: Container, signal: AbortSignal): Promise<RunningCommand> {
  const before = countCommands('sleeper')
  await box.run({ argv: ['rm', '-f', 'sleeper'] })
  await box.run({ argv: ['true'], files: await fixtureFiles('hostile', 'sleeper') })
  const running = await box.spawn({ argv: ['./sleeper'] }, endless)
  await until(signal, () => countCommands('sleeper') === before + 1)
  return running
}
