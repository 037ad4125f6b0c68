import io
import json
import os

import pytest

from peers import loop


def test_answers_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"new_tokens": 3}\n{"new_tokens": 5}\n'))
    read, write = os.pipe()

    loop.serve("1.2", lambda request: loop.Done(0.5, request["new_tokens"]), write)

    with os.fdopen(read, encoding="utf-8") as answers:
        lines = [json.loads(line) for line in answers]
    assert lines == [
        {"version": "1.2"},
        {"seconds": 0.5, "tokens": 3, "cached": 0},
        {"seconds": 0.5, "tokens": 5, "cached": 0},
    ]


def test_takes_the_time_of_work() -> None:
    done = loop.timed(lambda: (7, 2))

    assert (done.tokens, done.cached) == (7, 2)
    assert done.seconds >= 0


def test_an_unknown_task_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["peer", "translate"])

    with pytest.raises(SystemExit):
        loop.Arguments.parse()

    assert "translate" in capsys.readouterr().err
