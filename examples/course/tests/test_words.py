"""The instructor's tests. The submission is in another container: what comes back from it is only a value."""

import json

from mayfly import SubmissionError, run, submission

TEXT = "the quick brown fox jumps over the lazy dog"


def counts_words():
    assert submission.count(TEXT) == 9


def counts_none():
    assert submission.count("  ") == 0


def finds_the_longest():
    assert submission.longest("a bb ccc dd") == "ccc"


def reads_standard_input():
    result = run(stdin=TEXT)
    assert (result.status, result.exit_code) == ("exited", 0), result.status
    assert result.stdout.split() == ["9"]


TESTS = [(counts_words, 2), (counts_none, 2), (finds_the_longest, 2), (reads_standard_input, 4)]


def judge(test, points):
    try:
        test()
        return {"status": "pass", "score": points}
    except AssertionError as error:
        return {"status": "fail", "score": 0, "message": f"not what was expected {error}".strip()}
    except SubmissionError as error:
        return {"status": "error", "score": 0, "message": str(error)}


results = [{"name": test.__name__, "max_score": points, **judge(test, points)} for test, points in TESTS]
with open("results.json", "w") as file:
    json.dump({"tests": results}, file)
