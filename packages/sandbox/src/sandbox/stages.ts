import { isDeepStrictEqual } from 'node:util'
import { refuseUnknown, requireObject } from '../checks.ts'
import { resolveCommand, type ResolvedCommand } from '../container/command.ts'
import { blaming, type Stage } from '../container/connect.ts'
import type { Side } from '../container/transcript.ts'
import { invalidOption } from '../errors.ts'
import type { ImageConfig } from '../image/image-config.ts'
import type { Limits } from '../limits.ts'

/** One of two commands to connect, checked and complete. */
export interface ResolvedStage {
  readonly command: ResolvedCommand
  readonly named: Partial<Limits>
  readonly limits: Limits
}

const known: ReadonlySet<string> = new Set(['command', 'limits'])

/** Checks one of two commands to connect. */
export async function resolveStage(
  stage: Stage,
  side: Side,
  config: ImageConfig,
  limitsOf: (limits: Partial<Limits> | undefined) => Limits,
): Promise<ResolvedStage> {
  requireObject(stage, side)
  refuseUnknown(stage, known, side)
  return blaming(side, () => {
    const command = resolveCommand(stage.command, config)
    if (command.stdin !== undefined)
      throw invalidOption('command.stdin', 'be left out: it is what the other command writes', command.stdin)
    return { command, named: stage.limits ?? {}, limits: limitsOf(stage.limits) }
  })
}

/** Containers that mount other directories are made by another supervisor, which no pipe leads to. */
export function requireSameMounts(left: ResolvedCommand, right: ResolvedCommand): void {
  if (isDeepStrictEqual(left.mounts, right.mounts)) return
  throw invalidOption('right.command.mounts', 'be those of `left.command`', right.mounts)
}
