/** A fenced block of Markdown: CommonMark 4.5. */
interface Block {
  /** The first word of its info string, in small letters. */
  readonly language: string
  readonly text: string
}

/** The names that models give Python in Markdown. */
const pythonNames = new Set(['', 'python', 'python3', 'py', 'py3'])

/**
 * The code in a model's answer. An answer without a fence is all code. Of several blocks in Python, those count that
 * define what is looked for, and of these the last, which comes after all second thoughts; else they are taken
 * together, since some answers come in pieces. A block that nobody closed goes on to the end, where the answer was cut.
 */
export function extractCode(answer: string, defined?: string): string {
  const blocks = fencedBlocks(answer)
  if (blocks.length === 0) return answer
  const python = blocks.filter(({ language }) => pythonNames.has(language))
  if (python.length === 0) return ''
  const defining = defined === undefined ? [] : python.filter(({ text }) => defines(text, defined))
  return defining.at(-1)?.text ?? python.map(({ text }) => text).join('\n')
}

/** Whether Python code defines a function, a class or a variable of that name for all to see. */
export function defines(code: string, name: string): boolean {
  const escaped = name.replaceAll(/[^\w]/g, String.raw`\$&`)
  return new RegExp(String.raw`^(?:(?:async\s+)?def|class)\s+${escaped}\b|^${escaped}\s*(?::[^=\n]+)?=(?!=)`, 'm').test(
    code,
  )
}

function fencedBlocks(text: string): readonly Block[] {
  const blocks: Block[] = []
  let open:
    | { readonly fence: string; readonly indent: number; readonly language: string; readonly lines: string[] }
    | undefined
  for (const line of text.split(/\r\n|[\r\n]/)) {
    const [, indent = '', fence = '', info = ''] = /^( *)(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (open === undefined) {
      const opens = fence !== '' && !(fence.startsWith('`') && info.includes('`'))
      if (opens) open = { fence, indent: indent.length, language: languageOf(info), lines: [] }
    } else if (closes(fence, info, open.fence)) {
      blocks.push({ language: open.language, text: `${open.lines.join('\n')}\n` })
      open = undefined
    } else {
      open.lines.push(withoutIndent(line, open.indent))
    }
  }
  if (open !== undefined) {
    // What ends with a line end has no further line
    if (open.lines.at(-1) === '') open.lines.pop()
    blocks.push({ language: open.language, text: `${open.lines.join('\n')}\n` })
  }
  return blocks
}

function languageOf(info: string): string {
  return /^[\s{.]*([\w+#-]*)/.exec(info)?.[1]?.toLowerCase() ?? ''
}

function closes(fence: string, info: string, opened: string): boolean {
  return fence.startsWith(opened) && info.trim() === ''
}

/** Without as many spaces as stood before the fence, as far as there are any. */
function withoutIndent(line: string, indent: number): string {
  let blanks = 0
  while (blanks < indent && line[blanks] === ' ') blanks++
  return line.slice(blanks)
}
