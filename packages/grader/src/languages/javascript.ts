const moduleWord = /^\s*(?:import\s*[\w{*'"]|export\s+(?:default|const|let|var|function|async|class)\b|export\s*[{*])/m
const scriptWord = /\brequire\s*\(|\bmodule\.exports\b|^\s*exports\.\w/m

/** Node before version 22 takes a `.js` for a module only where a package.json says so. */
export function moduleManifest(sources: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const scripts = Object.entries(sources).filter(([path]) => path.endsWith('.js'))
  const isModule = scripts.some(([, text]) => moduleWord.test(text) && !scriptWord.test(text))
  return isModule ? { 'package.json': '{"type":"module"}\n' } : {}
}
