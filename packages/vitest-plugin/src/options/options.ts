import { availableParallelism, totalmem } from 'node:os'
import { isAbsolute } from 'node:path'
import { GiB, MiB, type HostFeature, type Limits, type Network, type Proc } from '@mayfly/sandbox'
import { readBudgets, type BudgetOptions, type Budgets } from './budgets.ts'
import { invalid, requireObject } from './invalid.ts'
import { readLimits, type LimitOptions } from './limits.ts'

/** What may be said of one test file, in place of what is said of all. */
export interface FileOptions {
  /** One by one in place of those of all files. */
  readonly limits?: LimitOptions
  /** `'loopback'`: the file reaches itself, its servers and children; `'none'`: not even that. Default: `'loopback'`. */
  readonly network?: Network
  /** What of /proc it sees. Default: `'full'`, without which `os.cpus()` is empty. */
  readonly proc?: Proc
  /** What becomes of a call that is refused: fails the test that made it, is told in the summary, or nothing. Default: `'error'`. */
  readonly violations?: ViolationHandling
  /** What it may use without failing; unlike limits, nothing is stopped. */
  readonly budgets?: BudgetOptions
}

/** What becomes of a refusal. */
export type ViolationHandling = 'error' | 'warn' | 'off'

/** The options of the plugin. */
export interface SandboxPluginOptions extends FileOptions {
  /** Further files and directories to show, read-only; relative to the root of the project. */
  readonly readOnly?: readonly string[]
  /** Directories of the host that tests may change, which gives up their protection; relative to the root. */
  readonly writable?: readonly string[]
  /** Names in what is shown that read as empty. Default: `.env`, `.env.*`, `.git`, `.npmrc`, `*.pem`, `*.key`. */
  readonly hide?: readonly string[]
  /** Names of variables that tests get of the host's environment, beside Vitest's own and those of `test.env`. */
  readonly env?: readonly string[]
  /**
   * Which snapshots are written: none; those of the test file and files below a `__snapshots__` next to it; or any in
   * the project, for `toMatchFileSnapshot`. Default: `'own'`.
   */
  readonly snapshots?: 'none' | 'own' | 'project'
  /** By glob of files, relative to the root; where several match, later ones go over earlier ones. */
  readonly files?: Readonly<Record<string, FileOptions>>
  /** What files can ask for by name: `// @sandbox-profile NAME`, or the tag `sandbox/NAME`. */
  readonly profiles?: Readonly<Record<string, FileOptions>>
  /** What a docblock may say: only less than it has, or anything. Default: `'tighten'`. */
  readonly overrides?: 'tighten' | 'any'
  /** The table at the end: so many of the heaviest files, 0 for none; and a file for the usage of all, as JSON lines. */
  readonly report?: { readonly top?: number; readonly file?: string }
  /** Where the host cannot isolate: fail, or go on unprotected and say so. Default: `'error'`. */
  readonly onUnsupported?: 'error' | 'warn'
  /** Protections that the host may lack, as of a sandbox: `['cgroup']` for an ordinary user without a control group. Default: none. */
  readonly allowMissing?: readonly HostFeature[]
}

/** What is said of a file, complete. */
export interface ResolvedFileOptions {
  readonly limits: Partial<Limits>
  readonly network: Network
  readonly proc: Proc
  readonly violations: ViolationHandling
  readonly budgets: Budgets
}

/** What may be said of a file, read; what it does not say is not there. */
export type PartialFileOptions = Partial<ResolvedFileOptions>

/** Options, checked and complete. */
export interface ResolvedPluginOptions {
  readonly standard: ResolvedFileOptions
  readonly files: readonly (readonly [glob: string, options: PartialFileOptions])[]
  readonly profiles: ReadonlyMap<string, PartialFileOptions>
  readonly readOnly: readonly string[]
  readonly writable: readonly string[]
  readonly hide: readonly string[]
  readonly env: readonly string[]
  readonly snapshots: 'none' | 'own' | 'project'
  readonly overrides: 'tighten' | 'any'
  readonly report: { readonly top: number; readonly file: string | undefined }
  readonly onUnsupported: 'error' | 'warn'
  /** Checked by the sandbox that is made of it. */
  readonly allowMissing: readonly HostFeature[]
}

const ofFile = ['limits', 'network', 'proc', 'violations', 'budgets'] as const
const ofPlugin: readonly string[] = [
  ...ofFile,
  ...['readOnly', 'writable', 'hide', 'env', 'snapshots', 'files', 'profiles', 'overrides', 'report', 'onUnsupported'],
  'allowMissing',
]
const hidden = ['.env', '.env.*', '.git', '.npmrc', '*.pem', '*.key']

/** Test files take longer than commands, and start more threads; they share the machine as forks do. */
function standardLimits(): Partial<Limits> {
  return {
    ...{ wallTimeMs: 600_000, cpuTimeMs: 600_000, processCount: 256, cpus: availableParallelism(), cpuWeight: 100 },
    ...{
      memoryBytes: Math.min(2 * GiB, totalmem()),
      diskBytes: 512 * MiB,
      inodeCount: 100_000,
      outputBytes: 256 * MiB,
    },
  }
}

/** Fills in the defaults and refuses what breaks a rule. */
export function resolveOptions(options: SandboxPluginOptions = {}): ResolvedPluginOptions {
  requireKnown(options, ofPlugin, 'options')
  const standard = readFileOptions(pick(options), 'options')
  return {
    standard: overlay({ ...standards, limits: standardLimits() }, standard),
    files: entries(options.files, 'files', isGlobBelowRoot, 'have globs that are relative to the root'),
    profiles: new Map(entries(options.profiles, 'profiles', isWord, 'have names without spaces')),
    readOnly: strings(options.readOnly, 'readOnly'),
    writable: strings(options.writable, 'writable'),
    hide: globsOfNames(options.hide === undefined ? hidden : options.hide),
    env: namesOfVariables(options.env),
    snapshots: one(options.snapshots === undefined ? 'own' : options.snapshots, 'snapshots', [
      'none',
      'own',
      'project',
    ]),
    overrides: one(options.overrides === undefined ? 'tighten' : options.overrides, 'overrides', ['tighten', 'any']),
    report: readReport(options.report === undefined ? {} : options.report),
    onUnsupported: one(options.onUnsupported === undefined ? 'error' : options.onUnsupported, 'onUnsupported', [
      'error',
      'warn',
    ]),
    allowMissing: strings(options.allowMissing, 'allowMissing'),
  }
}

const standards = { network: 'loopback', proc: 'full', violations: 'error', budgets: {} } as const

/** Reads what is said of a file. */
export function readFileOptions(options: FileOptions, option: string): PartialFileOptions {
  requireKnown(options, ofFile, option)
  const { limits, network, proc, violations, budgets } = options
  return {
    ...(limits === undefined ? {} : { limits: readLimits(limits, `${option}.limits`) }),
    ...(network === undefined ? {} : { network: one(network, `${option}.network`, ['none', 'loopback']) }),
    ...(proc === undefined ? {} : { proc: one(proc, `${option}.proc`, ['pid', 'full']) }),
    ...(violations === undefined ? {} : { violations: one(violations, `${option}.violations`, handlings) }),
    ...(budgets === undefined ? {} : { budgets: readBudgets(budgets, `${option}.budgets`) }),
  }
}

/** From the strictest on. */
export const handlings: readonly ViolationHandling[] = ['error', 'warn', 'off']

/** What is said of some files put over what is said of more of them. */
export function overlay(base: ResolvedFileOptions, over: PartialFileOptions): ResolvedFileOptions {
  return {
    ...base,
    ...over,
    limits: { ...base.limits, ...over.limits },
    budgets: { ...base.budgets, ...over.budgets },
  }
}

function pick(options: FileOptions): FileOptions {
  const named = ofFile.filter((name) => options[name] !== undefined).map((name) => [name, options[name]] as const)
  return Object.fromEntries(named)
}

function entries(
  options: Readonly<Record<string, FileOptions>> | undefined,
  option: string,
  isKey: (key: string) => boolean,
  rule: string,
): readonly (readonly [string, PartialFileOptions])[] {
  if (options === undefined) return []
  requireObject(options, option)
  for (const key of Object.keys(options)) if (!isKey(key)) throw invalid(option, rule, key)
  return Object.entries(options).map(([key, each]) => [key, readFileOptions(each, `${option}[${JSON.stringify(key)}]`)])
}

/** One that begins elsewhere would match nothing, and what it says would hold for nothing. */
function isGlobBelowRoot(glob: string): boolean {
  return glob !== '' && !isAbsolute(glob)
}

/** So that a docblock can end after it. */
function isWord(name: string): boolean {
  return /^\S+$/.test(name)
}

function globsOfNames(list: readonly string[]): readonly string[] {
  const globs = strings(list, 'hide')
  for (const [index, glob] of globs.entries())
    if (glob.includes('/')) throw invalid(`hide[${index}]`, 'be a glob of names, wherever they are, without `/`', glob)
  return globs
}

function namesOfVariables(list: readonly string[] | undefined): readonly string[] {
  const names = strings(list, 'env')
  for (const [index, name] of names.entries())
    if (/[=\0]/.test(name)) throw invalid(`env[${index}]`, 'be the name of a variable', name)
  return names
}

function readReport(report: NonNullable<SandboxPluginOptions['report']>): ResolvedPluginOptions['report'] {
  requireKnown(report, ['top', 'file'], 'report')
  const { top = 10, file } = report
  if (!Number.isInteger(top) || top < 0) throw invalid('report.top', 'be a number of files', top)
  if (file !== undefined && (typeof file !== 'string' || file === '')) throw invalid('report.file', 'be a path', file)
  return { top, file }
}

function requireKnown(options: object, known: readonly string[], option: string): void {
  requireObject(options, option)
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw invalid(option, `have no properties but ${known.join(', ')}`, name)
  }
}

function strings<Value extends string>(list: readonly Value[] | undefined, option: string): readonly Value[] {
  if (list === undefined) return []
  if (!Array.isArray(list)) throw invalid(option, 'be an array', list)
  for (const [index, each] of list.entries()) {
    if (typeof each !== 'string' || each === '') throw invalid(`${option}[${index}]`, 'be a string', each)
  }
  return [...(list as readonly Value[])]
}

function one<Value extends string>(value: Value, option: string, values: readonly Value[]): Value {
  if (values.includes(value)) return value
  throw invalid(option, `be ${values.map((each) => `'${each}'`).join(' or ')}`, value)
}
