/** How an answer of EvalPlus is compared where another than the author's own is right too. */
export type Oracle = 'set' | 'not-none' | 'zero-too' | 'any' | 'root'

/** What the numbers of tasks of MBPP+ say of their arguments: JSON has no tuples, sets and complex numbers. */
const shapes: Readonly<Record<string, readonly number[]>> = {
  tuples: [
    ...[2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726, 740, 744, 809],
  ],
  'lists of tuples': [63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780],
  'first is a list of tuples': [75, 413, 444, 753],
  'second is a tuple': [106, 750],
  'first is a list of sets': [115],
  'float and complex': [124],
  'first is a tuple': [250, 307, 405, 446, 617, 720, 763, 808],
  'tuples of tuples': [259, 401, 445],
  'first is a tuple that may hold tuples': [278],
  'first is a dictionary of tuples': [722],
  complex: [252],
  'nothing but tuples': [580, 615, 791],
}

const oraclesOfMbpp: Readonly<Record<string, Oracle>> = {
  similar_elements: 'set',
  find_char_long: 'set',
  common_in_nested_lists: 'set',
  extract_singly: 'set',
  larg_nnum: 'set',
  intersection_array: 'set',
  find_dissimilar: 'set',
  Diff: 'set',
  check_str: 'not-none',
  text_match_three: 'not-none',
  text_starta_endb: 'not-none',
  are_equivalent: 'any',
  sum_div: 'zero-too',
}

const oraclesOfHumanEval: Readonly<Record<string, Oracle>> = { find_zero: 'root' }

/** What EvalPlus knows of a task beside what its file says. */
export function knownOf(
  id: string,
  entryPoint: string,
): { readonly shape: string | undefined; readonly oracle: Oracle | undefined } {
  const number = /^(?:Mbpp\/)?(\d+)$/.exec(id)?.[1]
  const own = number === undefined ? oraclesOfHumanEval : oraclesOfMbpp
  const shape = Object.keys(shapes).find((name) => shapes[name]?.includes(Number(number ?? 0)))
  return { shape, oracle: Object.hasOwn(own, entryPoint) ? own[entryPoint] : undefined }
}

/** Gives arguments the types that their authors mean, and compares by such an oracle. */
export const evalplusInPython = String.raw`def tupled(value):
    return tuple(map(tupled, value)) if isinstance(value, list) else value


def tuples(values):
    return [tuple(value) for value in values]


def shaped(arguments, shape):
    first, *rest = arguments or [None]
    if shape == "tuples":
        return tuples(arguments)
    if shape == "lists of tuples":
        return [tuples(value) for value in arguments]
    if shape == "first is a list of tuples":
        return [tuples(first), *rest]
    if shape == "second is a tuple":
        return [first, tuple(rest[0]), *rest[1:]]
    if shape == "first is a list of sets":
        return [[set(value) if value else {} for value in first]]
    if shape == "float and complex":
        return [float(first), complex(rest[0])]
    if shape == "first is a tuple":
        return [tuple(first), *rest]
    if shape == "tuples of tuples":
        return [tuple(tuples(value)) for value in arguments]
    if shape == "first is a tuple that may hold tuples":
        return [tuple(tuple(value) if isinstance(value, list) else value for value in first)]
    if shape == "first is a dictionary of tuples":
        return [{key: tuple(value) for key, value in first.items()}, *rest]
    if shape == "complex":
        return [complex(first)]
    return tupled(arguments) if shape == "nothing but tuples" else arguments


def agrees(oracle, value, right, arguments, tolerance):
    if oracle == "set":
        return set(value) == set(right)
    if oracle == "not-none":
        return (value if isinstance(value, bool) else value is not None) == (right is not None)
    if oracle == "zero-too":
        return value == right or value == 0
    if oracle == "any":
        return True
    if oracle == "root":
        return abs(sum(each * value**power for power, each in enumerate(arguments[0]))) <= tolerance
    return is_close(value, right, tolerance)
`
