import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeReport } from '@mayfly/grader'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { captureOf } from '../../src/judge/result.ts'
import { hostileText, someResult, someTest } from '../unit/some-result.ts'

const chromium = '/usr/bin/chromium'
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars']

test('the page shows tests, differences and plots in a browser, and runs nothing of what a submission printed', (context) => {
  needs(context, existsSync(chromium), 'chromium is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'page-'))
  try {
    const page = join(folder, 'page.html')
    const forging = `${hostileText}<script>document.title = 'forged'</script><style>body{display:none}</style>`
    const more = { stdout: { text: forging, totalBytes: 9, truncated: false }, answer: captureOf(Buffer.from('42\n')) }
    const tests = [someTest('1', 'AC'), someTest('2', 'WA', more), someTest('3', 'TLE')]
    writeFileSync(page, writeReport(someResult('WA', tests), 'html', { audience: 'judge' }))
    const url = pathToFileURL(page).href
    const run = (...words: readonly string[]): string =>
      execFileSync(chromium, [...flags, `--user-data-dir=${join(folder, 'profile')}`, ...words], {
        encoding: 'utf8',
        stdio: 'pipe',
      })
    const dom = run('--dump-dom', url)
    expect(dom).toContain('<title>some.py: WA</title>')
    expect(dom.match(/<svg/g)).toHaveLength(2)
    expect(dom.match(/<tr>/g)).toHaveLength(4)
    expect(dom).toMatch(/<del>42\n<\/del>/)
    expect(dom).not.toMatch(/<script|<img/)
    const picture = join(folder, 'page.png')
    run(`--screenshot=${picture}`, '--window-size=960,1400', url)
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG')
    if (process.env['MAYFLY_KEEP_PAGE'] !== undefined)
      writeFileSync(process.env['MAYFLY_KEEP_PAGE'], readFileSync(picture))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
