import { evalplusInPython, type Oracle } from './evalplus.ts'

/** What a task's tests are, as `runner` takes them. */
export interface PythonTests {
  /** Run first, in the tests' own container: the prompt, with its imports and helpers, or what tests are set up by. */
  readonly setUp: readonly string[]
  /** Defines `check`, which takes the function to be tested. */
  readonly check?: string
  /** A whole program, which asserts: MBPP+'s tests. */
  readonly script?: string
  /** Arguments to call with: what the set-up's own function returns for them is right. */
  readonly inputs?: {
    /** The task as it stands in its file: its numbers are Python's. */
    readonly task: string
    /** Its keys, by the name of a test. */
    readonly keys: Readonly<Record<string, string>>
    readonly shape: string | undefined
    readonly oracle: Oracle | undefined
  }
  /** By how much floating-point numbers may differ from those. */
  readonly absoluteTolerance?: number
  /** Statements, each of which is a test. */
  readonly statements: readonly string[]
  readonly entryPoint: string | undefined
  readonly shared: boolean
}

/** Where `runner` finds the tests, and an answer that shares its process. */
export const testsFile = 'tests.json'
export const answerFile = 'answer.py'
export const resultFile = 'results.json'

/**
 * Runs a task's tests and writes what came of each. A name that the tests do not define is a function of the answer.
 * The results are written last, and in a place that a shared answer could write to as well.
 */
export const runner = String.raw`import builtins
import copy
import json
import math

with open("tests.json") as file:
    tests = json.load(file)


class Failure(Exception):
    pass


class Broken(Exception):
    """The author's own solution fails: nobody's answer is to blame."""


# Whether the answer was asked for anything: what comes of it from then on may be its doing
asked = False

if tests["shared"]:
    import importlib.util

    SubmissionError = Failure
    loaded = None

    def function(name):
        def called(*arguments, **named):
            global asked, loaded
            asked = True
            if loaded is None:
                spec = importlib.util.spec_from_file_location("answer", "answer.py")
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                loaded = module
            return getattr(loaded, name)(*arguments, **named)

        return called

else:
    from mayfly import SubmissionError, call

    def function(name):
        def called(*arguments, **named):
            global asked
            asked = True
            return call(name, *arguments, **named)

        return called


class Names(dict):
    def __missing__(self, name):
        if hasattr(builtins, name):
            return getattr(builtins, name)
        return function(name)


def fresh():
    names = Names(__name__="tests", __builtins__=builtins)
    for text in tests["setUp"]:
        exec(compile(text, "set-up", "exec"), names)
    return names


def judge(name, work):
    try:
        work()
        return {"name": name, "status": "pass"}
    except Broken:
        raise
    except SubmissionError as error:
        return {"name": name, "status": "error", "message": str(error)}
    except ImportError:
        # What is not in this container is no fault of an answer, unless it is in here as well
        if not tests["shared"]:
            raise
        return {"name": name, "status": "error", "message": "could not be imported"}
    except AssertionError as error:
        return {"name": name, "status": "fail", "message": f"not what was expected {error}".strip()}
    except BaseException as error:
        return {"name": name, "status": "fail", "message": f"{type(error).__name__}: {error}"}


def by_check():
    names = fresh()
    # The set-up may hold the author's own
    names[tests["entryPoint"]] = function(tests["entryPoint"])
    exec(compile(tests["check"], "test", "exec"), names)
    names["check"](names[tests["entryPoint"]])


def by_statement(text):
    # Looked up as a class looks up names: only so a name that is missing can be given
    exec(compile(text, "test", "exec"), {"__builtins__": builtins}, fresh())


def by_script():
    exec(compile(tests["script"], "test", "exec"), fresh())


def is_near(value, right, tolerance):
    try:
        # By what is infinite, everything would be near
        finite = math.isfinite(value) and math.isfinite(right)
        return finite and abs(value - right) <= tolerance + 1e-7 * abs(right)
    except OverflowError:  # an int that no float can hold
        return False


def is_close(value, right, tolerance):
    if isinstance(right, float) and isinstance(value, (int, float)):
        return value == right or (value != value and right != right) or is_near(value, right, tolerance)
    if isinstance(right, (list, tuple)) and type(value) is type(right):
        return len(value) == len(right) and all(is_close(*pair, tolerance) for pair in zip(value, right))
    if isinstance(right, dict) and type(value) is dict:
        return value.keys() == right.keys() and all(is_close(value[key], right[key], tolerance) for key in right)
    return value == right


${evalplusInPython}

def by_inputs(key):
    names = fresh()
    inputs = tests["inputs"]
    author, answer = names[tests["entryPoint"]], function(tests["entryPoint"])
    tolerance = tests.get("absoluteTolerance") or 1e-6
    for plain in json.loads(inputs["task"])[key]:
        arguments = shaped(plain, inputs.get("shape"))
        try:
            right = author(*copy.deepcopy(arguments))
        except BaseException as error:
            raise Broken(f"the author's own solution fails for {arguments!r}"[:1000]) from error
        value = answer(*copy.deepcopy(arguments))
        assert agrees(inputs.get("oracle"), value, right, arguments, tolerance), f"for {arguments!r}: {value!r} in place of {right!r}"[:1000]


try:
    fresh()
except BaseException as error:
    # What the answer may have brought about is told by each test
    if not asked or (isinstance(error, ImportError) and not tests["shared"]):
        raise
results = []
if tests.get("check") is not None:
    results.append(judge("check", by_check))
for name, key in tests.get("inputs", {}).get("keys", {}).items():
    results.append(judge(name, lambda: by_inputs(key)))
if tests.get("script") is not None:
    results.append(judge("script", by_script))
for number, statement in enumerate(tests["statements"], 1):
    results.append(judge(f"assert {number}", lambda: by_statement(statement)))
with open("results.json", "w") as file:
    json.dump({"tests": [{**result, "message": result.get("message", "")[:2000]} for result in results]}, file)
`
