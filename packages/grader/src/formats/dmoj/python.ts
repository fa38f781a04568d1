import type { ProgramSource, SourceFiles } from '../../problem/problem.ts'

/**
 * What an author's Python imports of DMOJ's judge. Their programs run in a container of their own, in place of the judge
 * itself: what else of the judge they reach for is not there, and said to be not there.
 */
const modules: Readonly<Record<string, string>> = {
  'dmoj/__init__.py': '',
  'dmoj/result.py': `class CheckerResult:
    def __init__(self, passed, points, feedback=None, extended_feedback=None):
        self.passed, self.points = passed, points
        self.feedback, self.extended_feedback = feedback, extended_feedback


class Result:
    """What the run of a submission used, which ended well: only such a one is checked."""

    AC = result_flag = 0

    def __init__(self, execution_time, max_memory, proc_output):
        self.execution_time, self.max_memory, self.proc_output = execution_time, max_memory, proc_output
`,
  'dmoj/checkers/__init__.py': '',
  'dmoj/checkers/standard.py': `def check(process_output, judge_output, **kwargs):
    lines = lambda text: [line.split() for line in text.splitlines() if line.split()]
    return lines(process_output) == lines(judge_output)
`,
  'dmoj/utils/__init__.py': '',
  'dmoj/utils/unicode.py': `def utf8bytes(text):
    return text if text is None or isinstance(text, bytes) else str(text).encode()


def utf8text(data, errors="strict"):
    return data.decode("utf-8", errors) if isinstance(data, (bytes, bytearray)) else data
`,
  'dmoj/graders/__init__.py': 'from dmoj.graders.interactive import InteractiveGrader, Interactor\n',
  'dmoj/graders/interactive.py': `from dmoj.utils.unicode import utf8bytes

DIGITS_MAX = 10000


class SaysNoMore(IOError):
    """The submission has ended, or closed its output."""


class WrongAnswer(BaseException):
    """The submission is wrong, whatever it goes on to say."""


class Interactor:
    """The submission, as its interactor talks to it: bytes come, texts or bytes go."""

    def __init__(self, incoming, outgoing):
        self._incoming, self._outgoing, self._rest = incoming, outgoing, None

    def read(self):
        return self._heard(self._incoming.read())

    def readln(self, strip_newline=True):
        line = self._heard(self._incoming.readline())
        return line.rstrip() if strip_newline else line

    @staticmethod
    def _heard(data):
        if not data:
            raise SaysNoMore("the submission says no more")
        return data

    def readtoken(self, delim=None):
        line = self._rest or self.readln()
        token, *rest = line.split(delim, 1) or [b""]
        self._rest = rest[0] if rest else None
        return token

    def readint(self, lo=float("-inf"), hi=float("inf"), delim=None):
        return self._number(int, lo, hi, delim)

    def readfloat(self, lo=float("-inf"), hi=float("inf"), delim=None):
        return self._number(float, lo, hi, delim)

    def _number(self, kind, lo, hi, delim):
        token = self.readtoken(delim)
        if len(token) > DIGITS_MAX:
            raise WrongAnswer(f"a number of more than {DIGITS_MAX} digits")
        try:
            value = kind(token)
        except ValueError:
            raise WrongAnswer(f"expected {kind.__name__}, got {token[:20]!r}") from None
        if not lo <= value <= hi:
            raise WrongAnswer(f"expected {kind.__name__} from {lo} to {hi}, got {token[:20]!r}")
        return value

    def write(self, value):
        self._outgoing.write(utf8bytes(value))
        self._outgoing.flush()

    def writeln(self, value):
        self.write(utf8bytes(value) + b"\\n")

    def close(self):
        for stream in (self._incoming, self._outgoing):
            stream.close()


class InteractiveGrader:
    """What an author's Grader is made from."""

    def interact(self, case, interactor):
        raise NotImplementedError
`,
}

/** What an author prints is nobody's business: only what is returned counts. */
const main = `import importlib.util
import json
import os
import sys

channels = [os.dup(number) for number in (0, 1, 2)]
nowhere = os.open(os.devnull, os.O_RDWR)
for number in (0, 1, 2):
    os.dup2(nowhere, number)
sys.path.insert(0, os.getcwd())


def load():
    spec = importlib.util.spec_from_file_location("author", own["module"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path):
    with open(path, "rb") as file:
        return file.read()


def say(channel, words):
    os.write(channels[channel], f"{words}\\n".encode())


def judged(result, whole):
    """Its share of the points, and what is to be told."""
    passed = bool(getattr(result, "passed", result))
    earned = getattr(result, "points", whole)
    share = min(1, max(0, earned / whole)) if whole > 0 else 1
    words = getattr(result, "feedback", None) or getattr(result, "extended_feedback", None) or ""
    return share if passed else 0, str(words)


with open("dmoj-arguments.json") as file:
    own = json.load(file)
try:
    verdict(*sys.argv[1:])
except Exception as error:
    say(2, f"{type(error).__name__}: {error}")
    os._exit(1)
`

/** Speaks as a checker of CMS does: a share of the points, then what is to be told. */
const checker = `from dmoj.result import Result


def verdict(input_path, answer_path, output_path, points, position, batch):
    output, run = read(output_path), json.loads(read("run.json"))
    result = Result(run["cpuTimeMs"] / 1000, run["memoryPeakBytes"] / 1024, output)
    told = dict(
        submission_source=read("submission"),
        judge_input=read(input_path),
        point_value=float(points),
        case_position=int(position),
        batch=int(batch),
        submission_language=own["languages"].get(run["language"], run["language"].upper()),
        binary_data=False,
        execution_time=result.execution_time,
        problem_id=own["problem"],
        result=result,
    )
    share, words = judged(load().check(output, read(answer_path), **{**told, **own["arguments"]}), float(points))
    say(1, share)
    say(2, words)


`

/** Speaks as an interactive validator of a problem package does. */
const interactor = `class Case:
    def __init__(self, input_path, answer_path, points, position, batch):
        self._input, self._answer = input_path, answer_path
        self.points, self.position, self.batch = points, position, batch

    def input_data(self):
        return read(self._input)

    def output_data(self):
        return read(self._answer)


def verdict(input_path, answer_path, feedback, points, position, batch):
    from dmoj.graders.interactive import Interactor, SaysNoMore, WrongAnswer

    case = Case(input_path, answer_path, float(points), int(position), int(batch))
    incoming, outgoing = os.fdopen(channels[0], "rb"), os.fdopen(channels[1], "wb", buffering=0)
    grader = load().Grader()
    try:
        result = grader.interact(case, Interactor(incoming, outgoing))
        share, words = judged(result, case.points)
    # Of all that can go wrong with files only this is the submission's doing
    except (WrongAnswer, SaysNoMore, ConnectionError) as error:
        share, words = 0, str(error)
    with open(f"{feedback}judgemessage.txt", "w") as file:
        file.write(words)
    with open(f"{feedback}score_multiplier.txt", "w") as file:
        file.write(str(share))
    os._exit(42 if share > 0 else 43)


`

/** What DMOJ calls our languages, where it is another name. */
const languageNames = {
  ...{ c: 'C11', cpp: 'CPP17', python3: 'PY3', javascript: 'V8JS', csharp: 'MONOCS', haskell: 'HASK', pascal: 'PAS' },
  fortran: 'F95',
}

/** The program that an author's `check`, or `Grader`, becomes. */
export function programOfPython(
  kind: 'checker' | 'interactor',
  name: string,
  files: SourceFiles,
  given: Readonly<Record<string, unknown>>,
  problem: string,
): ProgramSource {
  const texts = {
    ...modules,
    'dmoj-arguments.json': JSON.stringify({ module: name, arguments: given, problem, languages: languageNames }),
    '__main__.py': `${kind === 'checker' ? checker : interactor}${main}`,
  }
  const own = Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)] as const)
  return { name, language: 'python3', entryPoint: '__main__.py', files: { ...files, ...Object.fromEntries(own) } }
}

/** Whether a program is such a one, which is told of the points and the place of a test. */
export function isOfPython({ files }: ProgramSource): boolean {
  return Object.hasOwn(files, 'dmoj-arguments.json')
}

/** Whether a module judges by talking to the submission. */
export function isInteractive(source: Uint8Array): boolean {
  return /^class\s+Grader\s*\(\s*(?:[\w.]+\.)?InteractiveGrader\s*\)\s*:/m.test(Buffer.from(source).toString('utf8'))
}
