/** `mayfly.py`, with which tests in Python ask for the student's program: to run it, and to call functions of it. */
export const pythonLibrary = String.raw`"""Asks for the submission, which is in a container of its own."""

import ast
import base64
import collections
import json
import os
import socket

Run = collections.namedtuple("Run", "status exit_code signal limit stdout stderr")
_channel = socket.socket(fileno=os.dup(int(os.environ["MAYFLY_CHANNEL_MAYFLY"])))
_reader = _channel.makefile("rb")


class _Floats(ast.NodeTransformer):
    def visit_Name(self, node):
        return ast.copy_location(ast.Constant(float(node.id)), node) if node.id in ("inf", "nan") else node


def _value(text):
    """A value that was written down; floats that are infinite, or no number, have names and no literals."""
    return ast.literal_eval(_Floats().visit(ast.parse(text.lstrip(" \t"), mode="eval")))


class SubmissionError(Exception):
    """What a function of the submission raised, or how the submission ended in place of an answer."""


def _ask(request):
    _channel.sendall(json.dumps(request).encode() + b"\n")
    line = _reader.readline()
    if not line:
        raise SystemExit("the grader has gone away")
    return json.loads(line)


def run(*arguments, stdin="", files=None):
    """Runs the submission in a fresh container."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    placed = {
        path: base64.b64encode(content.encode() if isinstance(content, str) else content).decode()
        for path, content in (files or {}).items()
    }
    reply = _ask(
        {"do": "run", "arguments": list(arguments), "stdin": base64.b64encode(data).decode(), "files": placed}
    )
    out, err = (base64.b64decode(reply[name]).decode(errors="replace") for name in ("stdout", "stderr"))
    return Run(reply["status"], reply.get("exitCode"), reply.get("signal"), reply.get("limit"), out, err)


def call(function, *arguments, **named):
    """Calls a function of the submission, in a container that stays until the end. Values are Python's literals."""
    reply = _ask({"do": "call", "function": function, "arguments": repr(arguments), "named": repr(named)})
    if "error" in reply:
        raise SubmissionError(reply["error"])
    return _value(reply["value"])


class _Submission:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **named: call(name, *arguments, **named)


submission = _Submission()
`

/** What loads a student's code: it answers calls, one a line, and whatever it answers is only a value. */
export const pythonLoader = String.raw`import ast
import importlib.util
import json
import os
import socket
import sys

channel = socket.socket(fileno=int(os.environ["MAYFLY_CHANNEL_CALLS"]))
reader = channel.makefile("rb")


class Floats(ast.NodeTransformer):
    def visit_Name(self, node):
        return ast.copy_location(ast.Constant(float(node.id)), node) if node.id in ("inf", "nan") else node


def plain(text):
    return ast.literal_eval(Floats().visit(ast.parse(text.lstrip(" \t"), mode="eval")))


def answer(request):
    function = getattr(module, request["function"])
    value = function(*plain(request["arguments"]), **plain(request["named"]))
    text = repr(value)
    try:
        plain(text)
    except (ValueError, SyntaxError):
        return {"error": f"returned a {type(value).__name__}, which is no plain value"}
    return {"value": text}


def guarded(work):
    try:
        return work()
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:2000]}


def load():
    global module
    sys.path.insert(0, os.getcwd())
    spec = importlib.util.spec_from_file_location("submission", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    sys.modules["submission"] = module
    spec.loader.exec_module(module)


module = None
failure = guarded(load)
for line in reader:
    reply = failure or guarded(lambda: answer(json.loads(line)))
    channel.sendall(json.dumps(reply).encode() + b"\n")
`

/** `mayfly-run`, for tests in a shell: as if the submission itself were called. */
export const runCommand = `#!/usr/bin/env python3
import sys

from mayfly import run

result = run(*sys.argv[1:], stdin=b"" if sys.stdin.isatty() else sys.stdin.buffer.read())
sys.stdout.write(result.stdout)
sys.stderr.write(result.stderr)
sys.exit(result.exit_code if result.status == "exited" else 124 if result.status == "limited" else 125)
`
