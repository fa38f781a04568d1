/** The format's own globs: `*` within a folder, and braces. A glob that names a folder is about everything in it. */
export function globOf(glob: string): (path: string) => boolean {
  const pattern = glob
    .replaceAll(/[.+^$()|[\]\\?]/g, String.raw`\$&`)
    .replaceAll('*', '[^/]*')
    .replaceAll(/\{([^{}]*)\}/g, (_, inner: string) => `(?:${inner.split(',').join('|')})`)
  const expression = new RegExp(`^${pattern}(?:/.*)?$`)
  return (path) => expression.test(path)
}
