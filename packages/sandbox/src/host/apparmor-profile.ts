/** Where the profile stands that lets the supervisor have user namespaces; apparmor.d(5). */
export const appArmorProfileFile = '/etc/apparmor.d/mayfly-supervisor'

/** The command, for root, that writes and loads it. It confines nothing: the supervisor confines itself. */
export function profileCommand(supervisor: string): string {
  const rule = `profile mayfly-supervisor "${supervisor}" flags=(unconfined) { userns, }`
  const write = String.raw`printf 'abi <abi/4.0>,\n%s\n' '${rule}' > ${appArmorProfileFile}`
  return `${write} && apparmor_parser -r ${appArmorProfileFile}`
}
