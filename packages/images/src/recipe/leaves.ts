/**
 * What no image of a recipe has: what tells when or where it was built, what only a package manager needs, and what
 * nobody reads in a container. `*` stands for a name; copyright notices stay.
 */
export const alwaysLeft: readonly string[] = [
  ...['dev/*', 'proc/*', 'sys/*', 'run/*', 'tmp/*', 'var/tmp/*', 'boot/*'],
  ...[
    'var/cache/*',
    'var/log/*',
    'var/lib/apt/*',
    'var/lib/dpkg',
    'var/lib/systemd',
    'var/lib/pam',
    'etc/apt',
    'etc/dpkg',
  ],
  ...['etc/machine-id', 'etc/hostname', 'etc/resolv.conf', 'etc/fstab', 'etc/.pwd.lock', 'etc/mtab'],
  ...[
    'etc/passwd-',
    'etc/group-',
    'etc/shadow',
    'etc/shadow-',
    'etc/gshadow',
    'etc/gshadow-',
    'etc/subuid-',
    'etc/subgid-',
  ],
  ...[
    'usr/share/man',
    'usr/share/info',
    'usr/share/lintian',
    'usr/share/locale',
    'usr/share/bug',
    'usr/share/doc-base',
  ],
]

/** Whether a path is one of these, or below one. */
export function isBelow(path: string, leaves: readonly string[]): boolean {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (isDocumentation(parts)) return true
  return leaves.some((leaf) => {
    const wanted = leaf.split('/')
    return wanted.length <= parts.length && wanted.every((part, index) => part === '*' || part === parts[index])
  })
}

/** `usr/share/doc/PACKAGE/FILE`, but for `copyright`. */
function isDocumentation(parts: readonly string[]): boolean {
  return parts.length > 4 && parts.slice(0, 3).join('/') === 'usr/share/doc' && parts[4] !== 'copyright'
}
