/** The message of what a function throws. */
export function failureMessage(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('it did not throw')
}
