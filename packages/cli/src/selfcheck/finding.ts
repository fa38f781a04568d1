/** What became of a line: held, did not hold, or could not be looked at here. */
export type Finding =
  | { readonly result: 'pass' }
  | { readonly result: 'fail'; readonly reason: string }
  | { readonly result: 'cannot run'; readonly reason: string }

export const pass: Finding = { result: 'pass' }

/** A line that does not hold: what was seen in place of it. */
export function fail(reason: string): Finding {
  return { result: 'fail', reason }
}

/** A line that cannot be looked at on this host, or by a program like this. */
export function cannotRun(reason: string): Finding {
  return { result: 'cannot run', reason }
}

/** Passes where `holds`; `seen` says what was there otherwise. */
export function expecting(holds: boolean, seen: string): Finding {
  return holds ? pass : fail(seen)
}
