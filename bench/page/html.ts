const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}

/** The first row is the heading, the first column text, the others numbers. */
function htmlTable(rows: readonly (readonly string[])[]): string {
  const [heading = [], ...body] = rows
  const row = (cells: readonly string[], element: string): string =>
    `<tr>${cells.map((cell) => `<${element}>${escapeHtml(cell)}</${element}>`).join('')}</tr>`
  const lines = body.map((cells) => row(cells, 'td')).join('\n')
  return `<div class="table"><table><thead>${row(heading, 'th')}</thead><tbody>\n${lines}\n</tbody></table></div>`
}

export interface Section {
  readonly title: string
  /** What is shown, how it was measured, how to read it. */
  readonly text: string
  /** SVG, or nothing. */
  readonly chart?: string
  readonly rows: readonly (readonly string[])[]
  /** Shown at once; otherwise behind a click, below the plot. */
  readonly isTableOpen?: boolean
}

function htmlSection({ title, text, chart, rows, isTableOpen = false }: Section): string {
  const table = isTableOpen ? htmlTable(rows) : `<details><summary>Numbers</summary>${htmlTable(rows)}</details>`
  const figure = chart === undefined ? '' : `<figure>${chart}</figure>`
  return `<section>\n<h2>${escapeHtml(title)}</h2>\n<p>${escapeHtml(text)}</p>\n${figure}\n${table}\n</section>`
}

export function htmlPage(parts: {
  readonly title: string
  readonly style: string
  readonly header: string
  readonly sections: readonly Section[]
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(parts.title)}</title>
<style>
${parts.style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(parts.title)}</h1>
${parts.header}
</header>
<main>
${parts.sections.map(htmlSection).join('\n')}
</main>
</body>
</html>
`
}
