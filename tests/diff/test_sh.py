"""Runs every shell case with Martlet's sh and with the host's dash (bash for what goes beyond POSIX) and compares what
they do.

The cases are data in tests/diff/sh/ (its README.md describes the format). Compared are standard output, exit
status and whether anything was written to standard error.
"""
import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
ROOT = pathlib.Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()
SHELL = ROOT / "bin" / "sh"
ORACLE = "/bin/dash"
ORACLES = {"extensions": "/bin/bash"}  # by file; dash for the others
TIME_LIMIT_SECONDS = 20


class Case:
    def __init__(self, name):
        self.name = name
        self.script = ""
        self.stdin = ""
        self.expected = {}

    def directive(self, word, text):
        text = text.encode().decode("unicode_escape").encode("latin-1").decode("utf-8")
        if word == "stdin":
            self.stdin = text
        elif word in ("stdout", "status", "stderr", "reason"):
            self.expected[word] = text
        else:
            raise ValueError(f"{self.name}: unknown directive {word}")


def read_blocks(path):
    case = None
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("## "):
            if case:
                yield case
            case = Case(f"{path.stem}:{line[3:].strip()}")
        elif line.startswith("#: "):
            word, _, text = line[3:].rstrip("\n").partition(" ")
            case.directive(word, text)
        elif case:
            case.script += line
    if case:
        yield case


def read_lines(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line and not line.startswith("# "):
            case = Case(f"{path.stem}:{number}")
            case.script = line + "\n"
            yield case


def all_cases():
    cases = []
    for path in sorted((HERE / "sh").glob("*.cases")):
        cases += read_blocks(path)
    for path in sorted((HERE / "sh").glob("*.lines")):
        cases += read_lines(path)
    assert len({case.name for case in cases}) == len(cases), "two cases have the same name"
    return cases


def run(shell, case, directory):
    directory.mkdir(parents=True)
    script = directory / "script"
    script.write_text(case.script)
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run([str(shell), str(script)], input=case.stdin.encode(), capture_output=True, cwd=directory,
                          env=environment, timeout=TIME_LIMIT_SECONDS)
    own_path = re.compile(re.escape(str(directory)).encode())
    return {
        "stdout": own_path.sub(b"DIR", done.stdout).decode("utf-8", "backslashreplace"),
        "status": str(done.returncode),
        "stderr": "yes" if done.stderr else "no",
    }, done.stderr.decode("utf-8", "backslashreplace")


CASES = all_cases()


def test_there_are_many_cases():
    assert len(CASES) >= 900
    assert SHELL.exists(), f"{SHELL} is not built"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case, tmp_path):
    ours, message = run(SHELL, case, tmp_path / "ours" / "work")
    expected = {key: value for key, value in case.expected.items() if key != "reason"}
    if expected:
        assert "reason" in case.expected, "a deliberate difference needs its reason"
    if set(expected) != {"stdout", "status", "stderr"}:
        oracle, _ = run(ORACLES.get(case.name.split(":")[0], ORACLE), case, tmp_path / "dash" / "work")
        expected = {**oracle, **expected}
    if expected["stderr"] == "any":
        expected["stderr"] = ours["stderr"]
    assert ours == expected, f"our messages: {message}"


@pytest.mark.parametrize("command, message", [
    ("./main", "./inner: 3: nosuch1: not found\n./inner: 2: nosuch2: not found\n./main: 4: nosuch3: not found\n"),
    ("./wrong", "./wrong: 2: Syntax error: \")\" unexpected\n"),
    ("./unset", "./unset: 3: v: none\n"),
    ("./quote", "./quote: 3: Syntax error: Unterminated quoted string\n"),
])
def test_messages_name_file_and_line(command, message, tmp_path):
    (tmp_path / "main").write_text(". ./inner\n:\nfrom_inner\nnosuch3\n")
    (tmp_path / "inner").write_text("from_inner() {\nnosuch2; }\nnosuch1\n")
    (tmp_path / "wrong").write_text("echo a\n)\n")
    (tmp_path / "unset").write_text("if true\nthen\n: ${v?none}\nfi\n")
    (tmp_path / "quote").write_text("echo a\necho 'b\n")
    done = subprocess.run([SHELL, command], cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert done.stderr == message
