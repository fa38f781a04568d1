import type { HostTree } from './host-tree.ts'
import { commandUser } from './command-user.ts'
import type { ImageUser } from './image-config.ts'
import { directory, file, type RootEntry } from './root-entry.ts'

/** The name of every container. */
const hostName = 'mayfly'

/** What programs below /usr look for in /etc and that tells nothing of the host: names as they stand there. */
const shared: readonly string[] = [
  ...['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'os-release', 'debian_version', 'redhat-release'],
  ...['locale.alias', 'inputrc', 'bash.bashrc', 'terminfo', 'magic', 'magic.mime', 'mime.types', 'mailcap'],
  ...['protocols', 'services', 'rpc', 'ethertypes', 'host.conf', 'gai.conf', 'netconfig'],
  ...['fonts', 'perl', 'pki', 'crypto-policies', 'ca-certificates', 'ca-certificates.conf', 'groff'],
  ...['R', 'ghc', 'mono', 'octave', 'erlang', 'julia', 'nim', 'gnucobol'],
]

/** What has a version in its name, as /etc/java-17-openjdk, /etc/python3.11 and /etc/fpc-3.2.2.cfg do. */
const versioned = /^(?:java|python3|ruby|lua|llvm|clang|fpc)(?:$|[-.\d])/

/** Below /etc/ssl: the certificates of authorities and OpenSSL's settings, never its private keys. */
const sharedOfSsl: readonly string[] = ['ssl/certs', 'ssl/openssl.cnf', 'ssl/cert.pem']

/** /etc, from files of our own and an allow-list of the host's: no passwords, no keys, no host name, no machine id. */
export async function planEtc(host: HostTree): Promise<readonly RootEntry[]> {
  const names = await host.names('etc')
  const wanted = names.filter((name) => shared.includes(name) || versioned.test(name))
  const shown = await Promise.all(
    [...wanted, ...sharedOfSsl].map(async (name) => (name === 'pki' ? pki(host) : host.copied(`etc/${name}`))),
  )
  // A link into /usr/share/zoneinfo could be shown as it is, but the host may as well link to a file of its own.
  const localtime = await host.content('etc/localtime')
  return [
    directory('etc'),
    directory('etc/ssl'),
    ...ownFiles(),
    ...(localtime === undefined ? [] : [file('etc/localtime', localtime)]),
    { kind: 'ownInodes', target: 'etc' },
    ...shown.flat(),
  ]
}

/** Fedora's /etc/pki has private keys beside the certificates. */
async function pki(host: HostTree): Promise<readonly RootEntry[]> {
  const parts = await Promise.all([
    host.copied('etc/pki/ca-trust'),
    host.copied('etc/pki/tls/certs'),
    host.copied('etc/pki/tls/cert.pem'),
    host.copied('etc/pki/tls/openssl.cnf'),
  ])
  return [directory('etc/pki'), directory('etc/pki/tls'), ...parts.flat()]
}

const ownUser: ImageUser = { id: commandUser.id, groupId: commandUser.id, name: commandUser.name }

/** The files of /etc that are ours in an image, too. */
export function ownEtcFiles(user?: ImageUser): readonly RootEntry[] {
  return [...ownFiles(user), file('etc/resolv.conf', '')]
}

function ownFiles({ id, groupId, name }: ImageUser = ownUser): readonly RootEntry[] {
  const { home } = commandUser
  return [
    file(
      'etc/passwd',
      `root:x:0:0:root:/:/usr/sbin/nologin\n${name}:x:${id}:${groupId}:${name}:${home}:/bin/sh\n` +
        'nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
    ),
    file('etc/group', `root:x:0:\n${name}:x:${groupId}:\nnogroup:x:65534:\n`),
    file('etc/hosts', `127.0.0.1 localhost ${hostName}\n::1 localhost ip6-localhost\n`),
    file('etc/hostname', `${hostName}\n`),
    file('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n'),
    file('etc/shells', '/bin/sh\n/bin/bash\n'),
  ]
}
