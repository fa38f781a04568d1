import { requireList, requireObject, withoutNul } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import { commandUser } from './command-user.ts'

/** What an image says of the commands that run in it. */
export interface ImageConfig {
  /** What runs where a command has no `argv`: the entry point and its arguments. Empty where the image says nothing. */
  readonly command: readonly string[]
  /** Comes before a command's own `env`. */
  readonly env: Readonly<Record<string, string>>
  /** Where commands start that have no `cwd`; an absolute path, or undefined for `/work`. */
  readonly workingDirectory: string | undefined
  /** Who commands run as, never root; undefined for user and group 1000. */
  readonly user: ImageUser | undefined
}

/** A user of an image. */
export interface ImageUser {
  readonly id: number
  readonly groupId: number
  readonly name: string
}

/** Of an image that says nothing. */
export const emptyConfig: ImageConfig = { command: [], env: {}, workingDirectory: undefined, user: undefined }

/** Every container has as many ids (native/src/identity.c). */
const idMax = 65_533

/** What is written in a cache is still not ours: it came from whoever made the image. */
export function checkConfig(config: ImageConfig, option: string): ImageConfig {
  requireObject(config, option)
  const { command, env, workingDirectory, user } = config
  requireObject(env, `${option}.env`)
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || /[=\0]/.test(name)) throw invalidOption(`${option}.env`, 'have names without `=` and NUL', name)
    withoutNul(value, `${option}.env.${name}`)
  }
  if (workingDirectory !== undefined && !withoutNul(workingDirectory, `${option}.workingDirectory`).startsWith('/'))
    throw invalidOption(`${option}.workingDirectory`, 'be absolute', workingDirectory)
  return {
    command: requireList(command, `${option}.command`).map((word) => withoutNul(word, `${option}.command`)),
    env,
    workingDirectory,
    user: user === undefined ? undefined : checkUser(user, `${option}.user`),
  }
}

/** Root of an image is no one inside: commands run as they would anywhere else. */
function checkUser({ id, groupId, name }: ImageUser, option: string): ImageUser | undefined {
  for (const each of [id, groupId]) {
    if (!Number.isSafeInteger(each) || each < 0 || each > idMax)
      throw invalidOption(option, `have ids from 0 to ${idMax}`, each)
  }
  if (id === 0) return undefined
  if (!/^[a-z_][\w.-]{0,31}$/i.test(name)) throw invalidOption(`${option}.name`, 'be a name of a user', name)
  return { id, groupId: groupId === 0 ? commandUser.id : groupId, name }
}
