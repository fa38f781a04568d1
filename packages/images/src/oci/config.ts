import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { ImageConfig, ImageUser } from '@mayfly/sandbox'
import { documentBytesMax } from '../bounds.ts'
import { refusal } from '../refusal.ts'
import type { ImageTree } from '../tree/image-tree.ts'
import { objectOf, textOf, textsOf } from './documents.ts'

/** What of an OCI image's configuration is honoured (image-spec/config.md); volumes, ports and the like are not. */
export function configOf(document: Readonly<Record<string, unknown>>, tree: ImageTree): ImageConfig {
  const config = objectOf(document['config'] ?? {}, 'its configuration')
  const directory = textOf(config['WorkingDir'] ?? '', 'WorkingDir')
  const workingDirectory = directory === '' ? undefined : posix.resolve('/', directory)
  // As other runtimes do, which make it where it is missing.
  if (workingDirectory !== undefined && tree.find(workingDirectory) === undefined) tree.addDirectory(workingDirectory)
  return {
    command: [...textsOf(config['Entrypoint'], 'Entrypoint'), ...textsOf(config['Cmd'], 'Cmd')],
    env: Object.fromEntries(textsOf(config['Env'], 'Env').map(variableOf)),
    workingDirectory,
    user: userOf(textOf(config['User'] ?? '', 'User'), tree),
  }
}

/** The `diff_ids` of a configuration: digests of the layers, unpacked. */
export function layerDigests(document: Readonly<Record<string, unknown>>): readonly string[] {
  return textsOf(objectOf(document['rootfs'], 'its rootfs')['diff_ids'], 'diff_ids')
}

function variableOf(text: string): readonly [string, string] {
  const [, name, value] = /^([^=\0]+)=([^\0]*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw refusal('have variables as NAME=VALUE', text)
  return [name, value]
}

/** `user`, `user:group`, each a name of the image's or a number; undefined for root and for nobody in particular. */
function userOf(text: string, tree: ImageTree): ImageUser | undefined {
  if (text === '') return undefined
  const [user = '', group] = text.split(':', 2)
  const account = rowsOf(tree, 'etc/passwd').find(([name, , id]) => name === user || id === user)
  const id = account === undefined ? numberOf(user) : numberOf(account[2])
  if (id === undefined) throw refusal('have the user that it names in its /etc/passwd', text)
  const groupId = group === undefined ? (numberOf(account?.[3]) ?? id) : groupOf(group, tree)
  if (id === 0) return undefined
  const name = account?.[0] ?? ''
  return { id, groupId, name: /^[a-z_][\w.-]{0,31}$/i.test(name) ? name : `user${id}` }
}

function groupOf(group: string, tree: ImageTree): number {
  const row = rowsOf(tree, 'etc/group').find(([name, , id]) => name === group || id === group)
  const id = row === undefined ? numberOf(group) : numberOf(row[2])
  if (id === undefined) throw refusal('have the group that it names in its /etc/group', group)
  return id
}

/** Those that every container has (native/src/identity.c), and nobody's are not among them. */
const idMax = 65_533

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined
  if (Number(text) > idMax) throw refusal(`name users and groups up to ${idMax}`, text)
  return Number(text)
}

/** The lines of passwd(5) and group(5). */
function rowsOf(tree: ImageTree, path: string): readonly (readonly string[])[] {
  const node = tree.find(path)
  if (node?.kind !== 'file') return []
  if (node.content.bytes > documentBytesMax) throw refusal(`have no larger ${path}`, node.content.bytes)
  return readFileSync(node.content.path, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
}
