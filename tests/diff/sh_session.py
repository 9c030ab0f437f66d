"""A session with Martlet's sh on a pseudo terminal, as the tests type at it."""
import os
import pathlib
import re

import pexpect
import pytest

HERE = pathlib.Path(__file__).parent
ROOT = pathlib.Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()
SHELL = ROOT / "bin" / "sh"
PROMPT = "@@ "
LEFT, RIGHT, UP, DOWN = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
HOME, END, DELETE = "\x1b[H", "\x1b[F", "\x1b[3~"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\a")


def control(letter):
    return chr(ord(letter.upper()) & 0x1F)


class Session:
    def __init__(self, directory, columns=80, term="xterm", arguments=("-i",), environment=None, prepare=None):
        variables = {"PATH": os.environ["PATH"], "HOME": str(directory), "PS1": PROMPT, "TERM": term,
                     "LC_ALL": "C.UTF-8", **(environment or {})}
        self.child = pexpect.spawn(str(SHELL), list(arguments), env=variables, cwd=str(directory), encoding="utf-8",
                                   preexec_fn=prepare, timeout=5, dimensions=(24, columns))
        self.prompt()

    def prompt(self):
        """Waits for a prompt; returns what was printed before it, without escape sequences."""
        self.child.expect_exact(PROMPT)
        return ESCAPES.sub("", self.child.before)

    def expect(self, text):
        self.child.expect_exact(text)

    def send(self, keys):
        self.child.send(keys)

    def run(self, keys):
        """Types a line and returns the lines it printed."""
        self.send(keys + "\r")
        self.expect("\r\n")
        return [line for line in self.prompt().split("\n") if line]

    def close(self):
        self.child.close(force=True)


@pytest.fixture
def shell(tmp_path):
    session = Session(tmp_path)
    yield session
    session.close()
