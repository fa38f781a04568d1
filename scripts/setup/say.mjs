/** The repository's root, with a slash at its end. */
export const root = new URL('../../', import.meta.url)

/** One line about what is being done. */
export function say(line) {
  console.log(`setup: ${line}`)
}

/** Ends the set-up with what is wrong and, if there is one, the command that mends it. */
export function stop(problem, command) {
  console.error(`setup: ${problem}`)
  if (command !== undefined) console.error(`\n    ${command}\n`)
  process.exit(1)
}
