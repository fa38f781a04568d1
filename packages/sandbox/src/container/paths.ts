import { invalidOption } from '../errors.ts'

/** A path below the working directory in its plain spelling, or an error: no way out, whatever the spelling. */
export function pathInside(path: string, option: string): string {
  if (typeof path !== 'string') throw invalidOption(option, 'be a string', path)
  const rule = 'be a path below the working directory, relative, without `..` and without NUL'
  const segments = path.split('/')
  if (path.startsWith('/') || path.includes('\0') || segments.includes('..')) throw invalidOption(option, rule, path)
  const plain = segments.filter((segment) => segment !== '' && segment !== '.').join('/')
  if (plain === '') throw invalidOption(option, rule, path)
  return plain
}
