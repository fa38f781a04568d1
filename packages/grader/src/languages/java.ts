const packagePattern = /^\s*package\s+([\w.]+)\s*;/m
const classPattern = /\bclass\s+(\w+)/g
const mainPattern = /\bstatic\s+(?:public\s+)?void\s+main\s*\(|\bpublic\s+static\s+(?:final\s+)?void\s+main\s*\(/

/** The class whose `main` starts a Java program, with its package: that in `Main.java` if there are several. */
export function javaMainClass(sources: Readonly<Record<string, string>>): string | undefined {
  const found = Object.entries(sources).flatMap(([path, text]) => {
    const plain = withoutComments(text)
    const name = classWithMain(plain)
    if (name === undefined) return []
    const inside = packagePattern.exec(plain)?.[1]
    return [{ path, name: inside === undefined ? name : `${inside}.${name}` }]
  })
  return (found.find(({ path }) => /(?:^|\/)Main\.java$/.test(path)) ?? found[0])?.name
}

/** The last class that begins before `main` and is not closed before it. */
function classWithMain(text: string): string | undefined {
  const main = mainPattern.exec(text)
  if (main === null) return undefined
  const open: { readonly name: string; readonly depth: number }[] = []
  let depth = 0
  const starts = new Map([...text.matchAll(classPattern)].map((match) => [match.index, match[1] ?? '']))
  for (let at = 0; at < main.index; at++) {
    const name = starts.get(at)
    if (name !== undefined) open.push({ name, depth })
    if (text[at] === '{') depth++
    if (text[at] === '}') {
      depth--
      while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= depth) open.pop()
    }
  }
  return open.map(({ name }) => name).join('$') || undefined
}

function withoutComments(text: string): string {
  return text
    .replaceAll(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (literal) => ' '.repeat(literal.length))
    .replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, (comment) => ' '.repeat(comment.length))
}
