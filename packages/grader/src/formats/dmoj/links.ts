import { isFileName } from '../file-name.ts'
import type { Levels } from './levels.ts'
import type { YamlMap } from '../yaml-map.ts'

const streams: Readonly<Record<string, string>> = {
  '0': '/dev/stdin',
  '1': '/dev/stdout',
  '2': '/dev/stderr',
  stdin: '/dev/stdin',
  stdout: '/dev/stdout',
  stderr: '/dev/stderr',
}

/** Names in the working directory that lead to the standard streams, or elsewhere in the container. */
export function readLinks(levels: Levels): Readonly<Record<string, string>> {
  return {
    ...linksIn(levels.owner('symlinks')),
    ...redirectsIn(levels.owner('io_redirects')),
    ...fileIoIn(levels.owner('file_io')),
  }
}

function checked(name: string, map: YamlMap, key: string): string {
  if (isFileName(name)) return name
  throw map.error(key, `names ${JSON.stringify(name)}, which is no name of a file in the working directory`)
}

function linksIn(owner: YamlMap): Readonly<Record<string, string>> {
  const map = owner.map('symlinks')
  const links = (map?.keys() ?? []).map((name) => {
    const target = map?.string(name) ?? ''
    if (target === '') throw owner.error('symlinks', `must say where ${name} leads`)
    return [checked(name, owner, 'symlinks'), target]
  })
  return Object.fromEntries(links) as Readonly<Record<string, string>>
}

/** As the judge had it before `symlinks`. */
function redirectsIn(owner: YamlMap): Readonly<Record<string, string>> {
  const map = owner.map('io_redirects')
  const links = (map?.keys() ?? []).map((name) => {
    const redirect = map?.map(name)
    redirect?.oneOf('mode', ['r', 'w'])
    const stream = streams[redirect?.string('fd') ?? '']
    redirect?.refuseRest()
    if (stream === undefined) throw owner.error('io_redirects', `must say for ${name} which stream it is, by \`fd\``)
    return [checked(name, owner, 'io_redirects'), stream]
  })
  return Object.fromEntries(links) as Readonly<Record<string, string>>
}

/** As judges have it that were made from DMOJ's. */
function fileIoIn(owner: YamlMap): Readonly<Record<string, string>> {
  const map = owner.map('file_io')
  const [input, output] = [map?.string('input'), map?.string('output')]
  map?.refuseRest()
  return {
    ...(input === undefined ? {} : { [checked(input, owner, 'file_io')]: '/dev/stdin' }),
    ...(output === undefined ? {} : { [checked(output, owner, 'file_io')]: '/dev/stdout' }),
  }
}
