/** Writes one line of our own to standard error; what does not start with `mayfly: ` there is the command's. */
export function say(message: string): void {
  process.stderr.write(`mayfly: ${message}\n`)
}
