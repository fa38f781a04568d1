import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const native = fileURLToPath(new URL('../../native/', import.meta.url))

function checkHardening(stripped: string, full: string): { readonly status: number | null; readonly stderr: string } {
  return spawnSync('sh', ['hardening.sh', stripped, full], { cwd: native, encoding: 'utf8' })
}

test('a dynamic program does not pass the check of the supervisor', () => {
  const { status, stderr } = checkHardening('/bin/sh', '/bin/sh')
  expect(status).toBe(1)
  expect(stderr).toContain('asks for a dynamic linker')
  expect(stderr).toContain('needs shared libraries')
})

test('a file that is no program does not pass the check of the supervisor', () => {
  expect(checkHardening('Makefile', 'Makefile').status).not.toBe(0)
})
