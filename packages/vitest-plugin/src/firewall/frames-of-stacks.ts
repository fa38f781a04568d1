import { resolve } from 'node:path'

/** What Vitest takes for a frame as V8 writes it; in the middle of a line too, after what counts as the end of one. */
const ofV8 = /^\s*at .*(?:\S:\d+|\(native\))/m

/** Of Firefox and Safari: anything before an `@`, and a place after it. */
const ofOthers = /@.*:/s

/** What `resolve` takes for a way up. */
const wayUp = /(?:^|[\s(/\\])\.\.(?:[/\\:]|$)/

/** What stands for a place and is none. */
const placeless = /^(?:node:|internal:|native$|<anonymous>|eval$|index \d+$)/

/** What makes Vitest read a frame in another way than as it stands. */
const readOtherwise = /[\r\v\f\u2028\u2029\\]|\(eval |vitest=|\/@fs\//

/** What stands for what divides a path, and is in no address that Node makes. */
const encodedDivision = /%(?:2f|5c|00)/i

/** Vitest's patterns for frames take the square of a line's length. */
const frameMax = 1024

/**
 * The file of a frame that can be read in one way only: as V8 writes it, with a path to its end, whatever is in that (spaces,
 * brackets). Whether it is the path or, as in an address, stands for it, differs by version: so there may be two.
 */
export function filesOfPlainFrame(line: string): readonly string[] | undefined {
  if (line.length > frameMax || [readOtherwise, wayUp, encodedDivision].some((each) => each.test(line)))
    return undefined
  const { called, plain } =
    /^at (?:[^()/@:\s][^()/@:]* \((?<called>.+):\d+:\d+\)|(?<plain>.+):\d+:\d+)$/.exec(line.trim())?.groups ?? {}
  const place = called ?? plain ?? ''
  if (place.startsWith('/')) return [place]
  const addressed = place.slice('file://'.length)
  return place.startsWith('file:///') ? [addressed, decoded(addressed, decodeURIComponent)] : undefined
}

/**
 * Every path that a line of a stack may be read as naming, in whatever browser's way of writing it. A line that nobody
 * takes for a frame, as those of a message, names none, whatever it says.
 */
export function framePaths(line: string): readonly string[] {
  const isOfV8 = ofV8.test(line.trim())
  if (!isOfV8 && !ofOthers.test(line)) return []
  // A relative path is meant from where Vitest runs, and none of ours is written with a way up.
  if (wayUp.test(line) || encodedDivision.test(line) || (isOfV8 && line.length > frameMax)) return ['/']
  // Vitest takes the one for the other.
  const slashed = line.replaceAll('\\', '/')
  return [...namedIn(slashed), ...placeOf(slashed, isOfV8)].flatMap(readings)
}

/** All that looks like an absolute path. */
function namedIn(line: string): readonly string[] {
  return [...line.matchAll(/(?:file:\/\/)?(?<path>\/[^\s()'"`,]*[^\s()'"`,.:])/g)].flatMap(({ index, groups }) => {
    // `node:internal/…` and the like name no file of the host; what is relative is read as a whole, see below.
    const before = line.slice(Math.max(0, index - 8), index)
    if (/(?:node:\w*|[\w.@-])$/.test(before) && !before.endsWith('@')) return []
    const path = groups?.['path'] ?? ''
    // Vitest leaves the host out.
    return [/https?:$/.test(before) ? path.replace(/^\/\/[^/]*/, '/') : path]
  })
}

/** The place of a frame, where it is relative. */
function placeOf(line: string, isOfV8: boolean): readonly string[] {
  const given = isOfV8
    ? (/ \((?<place>.+)\)$/.exec(line)?.groups?.['place'] ?? line.replace(/^.*?\bat\s+/s, ''))
    : line.slice(line.indexOf('@') + 1)
  const place = given.trim().replace(/^async /, '')
  if (placeless.test(place) || /^(?:\/|\w+:\/\/|eval at )/.test(place)) return []
  return [place]
}

/** What files a path with a place in it may be taken for: with its percent signs or what they stand for, a query or none. */
function readings(path: string): readonly string[] {
  const plain = path.replace(/(?::\d+){1,2}$/, '')
  const all = [plain, decoded(plain, decodeURI), decoded(plain, decodeURIComponent)]
  return [...new Set(all.flatMap((each) => [each, each.replace(/[?#].*$/, '')]))].map((each) => resolve(each))
}

function decoded(path: string, decode: (path: string) => string): string {
  try {
    return decode(path)
  } catch {
    return path
  }
}
