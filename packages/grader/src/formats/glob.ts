/** Where in a path one may be after a piece of a glob, of where one may be before it. */
type Piece = (path: string, starts: ReadonlySet<number>) => ReadonlySet<number>

/**
 * The format's own globs: `*` within a folder, and braces. A glob that names a folder is about everything in it. It is no
 * regular expression, in which some globs would take for ever to find that they do not match.
 */
export function globOf(glob: string): (path: string) => boolean {
  const pieces = piecesOf(glob)
  return (path) => [...after(pieces, path, new Set([0]))].some((end) => end === path.length || path[end] === '/')
}

function piecesOf(glob: string): readonly Piece[] {
  return glob
    .split(/(\*|\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map((part) => (part === '*' ? anyName : /^\{[^{}]*\}$/.test(part) ? oneOf(part.slice(1, -1)) : literal(part)))
}

function after(pieces: readonly Piece[], path: string, starts: ReadonlySet<number>): ReadonlySet<number> {
  return pieces.reduce((reached, piece) => piece(path, reached), starts)
}

function literal(text: string): Piece {
  return (path, starts) =>
    new Set([...starts].filter((start) => path.startsWith(text, start)).map((start) => start + text.length))
}

function oneOf(alternatives: string): Piece {
  const each = alternatives.split(',').map(piecesOf)
  return (path, starts) => {
    const ends = new Set<number>()
    for (const pieces of each) for (const end of after(pieces, path, starts)) ends.add(end)
    return ends
  }
}

function anyName(path: string, starts: ReadonlySet<number>): ReadonlySet<number> {
  const ends = new Set<number>()
  for (const start of starts) {
    for (let at = start; at <= path.length && !ends.has(at); at++) {
      ends.add(at)
      if (path[at] === '/') break
    }
  }
  return ends
}
