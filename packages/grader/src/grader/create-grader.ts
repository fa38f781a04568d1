import { availableParallelism, totalmem } from 'node:os'
import { Comparer } from '../compare/comparer.ts'
import { invalidOption } from '../errors.ts'
import { BlobCache } from '../judge/blob.ts'
import { CompileCache } from '../judge/compile-cache.ts'
import { Gate } from '../judge/gate.ts'
import { GeneratedTexts } from '../judge/generated-texts.ts'
import { CpuPressure } from '../judge/pressure.ts'
import { InstalledLanguages } from '../languages/installed.ts'
import { languages as standard } from '../languages/table.ts'
import { Grader } from './grader.ts'
import type { GraderOptions } from './options.ts'
import { Shared } from './shared.ts'

const compiledStandard = 100
const blobBytes = 64 * 1024 * 1024
const generatedBytes = 256 * 1024 * 1024

/** Makes a grader over a sandbox. Throws `INVALID_OPTION`. */
export function createGrader(options: GraderOptions): Grader {
  const cores = positive(options.cores ?? availableParallelism(), 'cores')
  const memoryBytes = positive(options.memoryBytes ?? Math.floor(totalmem() * 0.8), 'memoryBytes')
  const own = options.languages ?? []
  const languages = [...own, ...standard.filter(({ id }) => !own.some((language) => language.id === id))]
  const shared = new Shared({
    sandbox: options.sandbox,
    gate: new Gate(cores, memoryBytes),
    pressure: new CpuPressure(),
    languages,
    installed: new InstalledLanguages(),
    cache: new CompileCache(positive(options.compiledMax ?? compiledStandard, 'compiledMax')),
    layers: { supported: true },
    image: options.image ?? 'host',
    nearLimit: fraction(options.nearLimit ?? 0.1, 'nearLimit'),
    pressureMax: fraction(options.pressureMax ?? 0.5, 'pressureMax'),
    comparer: new Comparer(),
    blobs: new BlobCache(blobBytes),
    generated: new GeneratedTexts(generatedBytes),
  })
  return new Grader(shared)
}

function positive(value: number, option: string): number {
  if (Number.isFinite(value) && value > 0) return value
  throw invalidOption(option, 'be a positive number', value)
}

function fraction(value: number, option: string): number {
  if (value >= 0 && value <= 1) return value
  throw invalidOption(option, 'be from 0 to 1', value)
}
