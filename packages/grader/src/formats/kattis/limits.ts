import { KiB, MiB } from '@mayfly/sandbox'
import type { ProblemLimits } from '../../problem/problem.ts'
import { bytesBound, memoryBound, passBound } from '../../problem/bounds.ts'
import { defaultLimits } from '../defaults.ts'
import type { YamlMap } from '../yaml-map.ts'

/** `limits` of both versions of the format, but for those of time that differ between them. */
export function limitsIn(map: YamlMap | undefined, isMultiPass: boolean): Omit<ProblemLimits, 'timeMs'> {
  const memory = (key: string): number | undefined => map?.amount(key, MiB, memoryBound)
  const bytes = (key: string, unit: number): number | undefined => map?.amount(key, unit, bytesBound)
  return {
    memoryBytes: memory('memory') ?? defaultLimits.memoryBytes,
    outputBytes: bytes('output', MiB) ?? defaultLimits.outputBytes,
    codeBytes: bytes('code', KiB) ?? defaultLimits.codeBytes,
    compileTimeMs: map?.milliseconds('compilation_time') ?? defaultLimits.compileTimeMs,
    compileMemoryBytes: memory('compilation_memory') ?? defaultLimits.compileMemoryBytes,
    validationTimeMs: map?.milliseconds('validation_time') ?? defaultLimits.validationTimeMs,
    validationMemoryBytes: memory('validation_memory') ?? defaultLimits.validationMemoryBytes,
    validationOutputBytes: bytes('validation_output', MiB) ?? defaultLimits.validationOutputBytes,
    passCount: isMultiPass ? (map?.integer('validation_passes', 2, passBound) ?? 2) : 1,
  }
}
