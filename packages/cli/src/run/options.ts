import { GiB, type HostFeature, type Limits, type Mount, type Network, type Proc } from '@mayfly/sandbox'
import { Option, type Command, type OptionValues } from 'commander'

import { addVariable } from '../parse/environment.ts'
import { invalidOption } from '../invalid-option.ts'
import { addFeatures } from '../parse/features.ts'
import { addMount } from '../parse/mount.ts'
import { limitNames, limitOptions } from './limit-options.ts'
import type { PolicyFiles } from './policy-file.ts'
import { impliedOptions, parsePredecessor, predecessorOptions } from './predecessor-options.ts'

/** All that a command line of `mayfly run` asks for. */
export interface RunRequest {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly limits: Partial<Limits>
  readonly allowMissing: readonly HostFeature[]
  readonly jsonFile?: string
  readonly policyFiles: PolicyFiles
  readonly bootTime: BootTime
  readonly mounts: readonly Mount[]
  /** Undefined for the host's own. */
  readonly image?: string
  readonly network: Network
  readonly proc: Proc
}

type BootTime = 'host' | 'fresh'

/** What somebody who types at a terminal gets unless told otherwise: much, and still finite. */
const terminalLimits: Partial<Limits> = {
  wallTimeMs: 86_400_000,
  cpuTimeMs: 86_400_000,
  idleTimeMs: 86_400_000,
  outputBytes: 1024 * GiB,
}

/** Adds the options of `mayfly run` to `command`; from the first word that is no option on, everything is the command's. */
export function addRunOptions(command: Command): Command {
  return addSharedOptions(
    command
      .passThroughOptions()
      .argument(
        '[command...]',
        'the command and its arguments, as they are; may be left out with an image that says one',
      ),
  )
}

/** Adds what every command that runs something takes. */
export function addSharedOptions(command: Command): Command {
  for (const option of limits()) command.addOption(option.helpGroup('Limits, with their defaults:'))
  for (const option of surroundings()) command.addOption(option.helpGroup('Surroundings and results:'))
  for (const option of predecessor()) command.addOption(option.helpGroup('Short options of old, which combine (-ac):'))
  return command
}

/** What the parsed `values` and operands of `mayfly run` mean. */
export function resolveRun(argv: readonly string[], values: OptionValues, stdinIsTerminal: boolean): RunRequest {
  if (argv.length === 0 && values['image'] === undefined)
    throw invalidOption('COMMAND', 'must be given, unless `--image` names an image that says one', '')
  return {
    argv,
    env: values['env'] as RunRequest['env'],
    ...(values['cwd'] === undefined ? {} : { cwd: values['cwd'] as string }),
    ...(values['json'] === undefined ? {} : { jsonFile: values['json'] as string }),
    limits: { ...(stdinIsTerminal ? terminalLimits : {}), ...givenLimits(values) },
    allowMissing: allowedToMiss(values),
    policyFiles: {
      ...(values['policy'] === undefined ? {} : { policyFile: values['policy'] as string }),
      ...(values['learn'] === undefined ? {} : { learnFile: values['learn'] as string }),
    },
    bootTime: values['bootTime'] as BootTime,
    mounts: values['mount'] as readonly Mount[],
    ...(values['image'] === undefined ? {} : { image: values['image'] as string }),
    network: values['network'] as Network,
    proc: values['proc'] as Proc,
  }
}

function givenLimits(values: OptionValues): Partial<Limits> {
  const given: Partial<Record<keyof Limits, number>> = {}
  for (const name of limitNames) {
    const value = values[attribute(limitOptions[name].flag)] as number | undefined
    if (value !== undefined) given[name] = value
  }
  for (const { flag, limit } of predecessorOptions) {
    const value = values[attribute(flag)] as number | undefined
    if (value !== undefined) given[limit] = value
  }
  return given
}

/** The predecessor's -I did nothing where the kernel has no weights; --io-weight says that it must have them. */
function allowedToMiss(values: OptionValues): readonly HostFeature[] {
  const allowed = values['allowMissing'] as readonly HostFeature[]
  return values['I'] === undefined ? allowed : [...allowed, 'ioWeight']
}

function limits(): readonly Option[] {
  return limitNames.map((name) => {
    const { flag, value, help, standard, parse } = limitOptions[name]
    return new Option(`${flag} ${value}`, `${help} (${standard})`).argParser((text) => parse(flag, text))
  })
}

function surroundings(): readonly Option[] {
  return [
    new Option('--env <NAME=VALUE>', 'a variable for the command; may be repeated')
      .default({}, 'none')
      .argParser((text, earlier: RunRequest['env']) => addVariable(earlier, text)),
    new Option('--cwd <directory>', 'where the command starts (default: /work)'),
    new Option('--json <file>', 'write the whole result there'),
    new Option('--policy <file>', 'allow the system calls that this file says (JSON; see --learn)').conflicts('learn'),
    new Option(
      '--learn <file>',
      'trust the command, let it do what it likes, and write there the policy that it needed',
    ),
    new Option(
      '--mount <source:target>',
      'show a directory or a file of the host, read-only, or with :rw behind it; may be repeated',
    )
      .default([], 'none')
      .argParser((text, earlier: readonly Mount[]) => addMount(earlier, text)),
    new Option(
      '--image <image>',
      'what it sees as its root: a directory, or an image by name or digest (default: host)',
    ),
    new Option('--network <which>', 'what it connects to: nothing, or itself by a loopback device of its own')
      .choices(['none', 'loopback'])
      .default('none'),
    new Option('--proc <which>', 'what /proc shows: its processes, or also what programs read of the machine')
      .choices(['pid', 'full'])
      .default('pid'),
    new Option('--boot-time <which>', 'what clocks count from: the boot of the host, or the start of the container')
      .choices(['host', 'fresh'])
      .default('host'),
    new Option('--allow-missing <features>', 'run without these protections, by their names in `mayfly doctor`')
      .default([], 'none')
      .argParser((text, earlier: readonly HostFeature[]) => addFeatures(earlier, text)),
  ]
}

function predecessor(): readonly Option[] {
  const valued = predecessorOptions.map((option) => {
    const range = `${option.range.min} to ${option.range.max}`
    const long = limitOptions[option.limit].flag
    return new Option(`${option.flag} ${option.value}`, `${option.help}; ${range}`)
      .argParser((text) => parsePredecessor(option, text))
      .conflicts(attribute(long))
  })
  return [...valued, ...impliedOptions.map(({ flag, help }) => new Option(flag, help))]
}

/** Commander's name for an option's value. */
function attribute(flag: string): string {
  return new Option(flag).attributeName()
}
