import { isOnPath, runQuietly } from './run.mjs'
import { say, stop } from './say.mjs'

const installCommands = {
  apt: 'apt-get install -y --no-install-recommends',
  dnf: 'dnf install -y',
  zypper: 'zypper install -y',
  pacman: 'pacman -S --needed --noconfirm',
  apk: 'apk add',
}

/** Stops on a Node too old to run what is published, and where there is no Linux. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) stop(`Node must be 20.19 or later, this is ${process.versions.node}`)
  if (process.platform !== 'linux') stop(`containers need Linux, this is ${process.platform}`)
}

/** Sees to it that all of these are there: installs them where we may, else stops with the command that does. */
export function requireSystem(needs) {
  if (missing(needs).length > 0 && isOnPath('apt-get') && process.getuid() === 0) installWithApt(missing(needs))
  for (const need of missing(needs).filter((each) => each.insteadOf !== undefined)) {
    say(`${need.name} is not installed: ${need.insteadOf}${hint(need)}`)
  }
  const required = missing(needs).filter((each) => each.insteadOf === undefined)
  if (required.length === 0) return
  const names = required.map((each) => each.name).join(', ')
  stop(`this machine lacks ${names}; install and run again`, commandFor(required))
}

function missing(needs) {
  return needs.filter((need) => !need.isThere())
}

function installWithApt(wanted) {
  const packages = packagesOf(wanted, 'apt')
  say(`installing ${packages.join(' ')} with apt-get`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  // Package lists that are old or missing are the usual reason for a failure, and fetching them takes seconds.
  runQuietly('apt-get', ['update', '-qq'], env)
  runQuietly('apt-get', install, env)
}

function hint(need) {
  const command = commandFor([need])
  return command === undefined ? '' : ` (to have it: ${command})`
}

function commandFor(wanted) {
  const manager = Object.keys(installCommands).find((name) => isOnPath(name === 'apt' ? 'apt-get' : name))
  if (manager === undefined) return undefined
  const packages = packagesOf(wanted, manager)
  if (packages.length === 0) return undefined
  const sudo = process.getuid() === 0 ? '' : 'sudo '
  return `${sudo}${installCommands[manager]} ${packages.join(' ')}`
}

function packagesOf(wanted, manager) {
  return wanted.flatMap((need) => need.packages[manager]?.split(' ') ?? [])
}
