import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { isOnPath, outputOf } from './run.mjs'

/**
 * What the machine must have, with its package under each package manager. Without `insteadOf` nothing else will do;
 * with it, that is what happens without.
 */
export const needs = [
  {
    name: 'a C compiler',
    isThere: () => isOnPath('gcc') || isOnPath('cc'),
    packages: { apt: 'gcc libc6-dev', dnf: 'gcc', zypper: 'gcc', pacman: 'gcc', apk: 'gcc libc-dev linux-headers' },
  },
  {
    name: 'make',
    isThere: () => isOnPath('make'),
    packages: { apt: 'make', dnf: 'make', zypper: 'make', pacman: 'make', apk: 'make' },
  },
  {
    name: 'libseccomp.so.2',
    isThere: hasLibseccomp,
    packages: { apt: 'libseccomp2', dnf: 'libseccomp', zypper: 'libseccomp2', pacman: 'libseccomp', apk: 'libseccomp' },
  },
  {
    name: 'musl-gcc',
    isThere: () => isOnPath('musl-gcc'),
    packages: { apt: 'musl-tools' },
    insteadOf: 'a static glibc build, larger and slower to fork, stands in',
  },
  {
    name: 'a static C library (libc.a)',
    isThere: () => isOnPath('musl-gcc') || isAbsolute(outputOf('cc', ['-print-file-name=libc.a'])),
    packages: { apt: 'libc6-dev', dnf: 'glibc-static', zypper: 'glibc-devel-static', pacman: 'glibc', apk: 'musl-dev' },
  },
  {
    name: 'tmux',
    isThere: () => isOnPath('tmux'),
    packages: { apt: 'tmux', dnf: 'tmux', zypper: 'tmux', pacman: 'tmux', apk: 'tmux' },
    insteadOf: 'the tests of the command line in a terminal fail',
  },
  {
    name: 'vim',
    isThere: () => isOnPath('vim'),
    packages: { apt: 'vim', dnf: 'vim', zypper: 'vim', pacman: 'vim', apk: 'vim' },
    insteadOf: 'the tests of programs that take a whole terminal fail',
  },
]

/** What the tests need besides; without it those that do are skipped, and say so. */
export const testNeeds = [
  ...['mmdebstrap', 'umoci', 'skopeo', 'docker-registry'].map((name) => ({
    name,
    isThere: () => isOnPath(name),
    packages: { apt: name },
    insteadOf: 'images that it makes, fetches or serves are not tested',
  })),
  {
    name: 'a static busybox',
    isThere: () => existsSync('/bin/busybox'),
    packages: { apt: 'busybox-static', apk: 'busybox-static' },
    insteadOf: 'root file systems other than the host’s are not tested',
  },
  {
    name: 'newuidmap',
    isThere: () => isOnPath('newuidmap'),
    packages: { apt: 'uidmap', dnf: 'shadow-utils', zypper: 'shadow', pacman: 'shadow', apk: 'shadow-uidmap' },
    insteadOf: 'what an ordinary user has with subordinate ids is not tested',
  },
  {
    name: 'chromium',
    isThere: () => isOnPath('chromium'),
    packages: { apt: 'chromium', dnf: 'chromium', zypper: 'chromium', pacman: 'chromium', apk: 'chromium' },
    insteadOf: 'the page of a result is not looked at in a browser',
  },
]

/** In the directories that the dynamic linker searches by itself, or in its cache. */
function hasLibseccomp() {
  const name = 'libseccomp.so.2'
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  const directories = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', `/lib/${triplet}`, `/usr/lib/${triplet}`]
  if (directories.some((directory) => existsSync(`${directory}/${name}`))) return true
  return outputOf('/sbin/ldconfig', ['-p']).includes(name)
}
