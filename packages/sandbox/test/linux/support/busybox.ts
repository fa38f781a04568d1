import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '@mayfly/test-support'
import { afterEach, beforeEach } from 'vitest'

const busybox = '/bin/busybox'
const applets = ['cat', 'env', 'find', 'id', 'ls', 'pwd', 'sh', 'sleep', 'touch', 'true', 'wc'] as const

/** Whether it needs nothing of the host: a dynamic one names its interpreter. */
function isStatic(): boolean {
  return existsSync(busybox) && !readFileSync(busybox).subarray(0, 4096).includes('/ld-linux')
}

/** A root file system of one static program for each test; skipped where the host has no such program. */
export function useRootFileSystem(): () => string {
  let root = ''
  beforeEach((context) => {
    needs(context, isStatic(), 'the host has no static busybox')
    root = mkdtempSync(join(tmpdir(), 'mayfly-test-root-'))
    mkdirSync(join(root, 'bin'))
    copyFileSync(busybox, join(root, 'bin/busybox'))
    for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  return () => root
}
