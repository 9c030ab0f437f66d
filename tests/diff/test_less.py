"""less, typed at a pseudo-terminal of 10 lines: each case is the keys, and what the screen shows behind them."""
import os
import re
import tempfile
import time
from pathlib import Path

import pexpect
import pytest

HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()
ROWS, COLUMNS = 10, 60


def page(first, last=None):
    return [f"line {number} of the text" for number in range(first, (last or first + ROWS - 2) + 1)]


# (name, options, keys, first rows of the last screen, what the prompt contains)
CASES = [
    ("first screen", "", "", page(1), "a.txt"),
    ("a screen forward", "", " ", page(10), ":"),
    ("a line forward", "", "j", page(2), ":"),
    ("lines forward", "", "5j", page(6), ":"),
    ("back again", "", "  b", page(10), ":"),
    ("half a screen", "", "d", page(5), ":"),
    ("half a screen back", "", " u", page(6), ":"),
    ("the end", "", "G", page(192), "(END)"),
    ("not beyond the end", "", "G j", page(192), "(END)"),
    ("the beginning", "", "Gg", page(1), ":"),
    ("a line by number", "", "50g", page(50), ":"),
    ("half of it", "", "50%", page(104), ":"),
    ("search forward", "", "/e 77\r", page(77), ":"),
    ("search again", "", "/5 of\rn", page(15), ":"),
    ("search the other way", "", "/5 of\rnnN", page(15), ":"),
    ("search backward", "", "G?e 33 \r", page(33), ":"),
    ("a pattern that is not there", "", "/zzz\r", page(1), "Pattern not found"),
    ("a wrong pattern", "", "/[\r", page(1), "press RETURN"),
    ("an expression", "", "/e (44|45)\r", page(44), ":"),
    ("ignore case", "-i", "/LINE 9 \r", page(1), "not found"),
    ("ignore case in small letters", "-I", "/LINE 9 \r", page(9), ":"),
    ("a mark", "", "20gma1g'a", page(20), ":"),
    ("back from a jump", "", "20g''", page(1), ":"),
    ("a filter", "", "&0 of\r", [f"line {n} of the text" for n in range(10, 100, 10)], "&"),
    ("the second file", "", ":n", ["second file", "é ü     x", "~"], "(END)"),
    ("the first file again", "", ":n:p", page(1), "a.txt"),
    ("line numbers", "-N", "", [f"{n:7} line {n} of the text" for n in range(1, 10)], "a.txt"),
    ("line numbers later", "", "-N", [f"{n:7} line {n} of the text" for n in range(1, 10)], "is on"),
    ("where we are", "", "20g=", page(20), "lines 20-28"),
    ("begin at the end", "+G", "", page(192), "(END)"),
    ("begin at a line", "+30", "", page(30), "a.txt"),
    ("begin at a pattern", "+/e 60", "", page(60), "a.txt"),
    ("a long prompt", "-M", "", page(1), "lines 1-9"),
]


class Screen:
    """What of a terminal less needs: the cursor home, rows written one below the other, a line cleared."""

    def __init__(self):
        self.rows, self.row = [""] * ROWS, 0

    def feed(self, text):
        for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
            if part == "\x1b[H":
                self.row = 0
                self.rows[self.row] = ""
            elif part == "\n":
                self.row = min(self.row + 1, ROWS - 1)
                self.rows[self.row] = ""
            elif part == "\r":
                self.rewrite = True
            elif not part.startswith("\x1b"):
                if getattr(self, "rewrite", False):
                    self.rows[self.row] = ""
                self.rewrite = False
                self.rows[self.row] += part


def less(arguments, directory, environment=None):
    values = {"PATH": f"{ROOT}/bin:/usr/bin:/bin", "TERM": "xterm", "HOME": "/root", **(environment or {})}
    child = pexpect.spawn(f"{ROOT}/bin/less", arguments, cwd=directory, env=values, dimensions=(ROWS, COLUMNS),
                          encoding="utf-8", timeout=10)
    child.delaybeforesend = None
    child.ptyproc.delayafterclose = child.delayafterclose = child.delayafterterminate = 0
    return child


@pytest.fixture(scope="module")
def directory():
    with tempfile.TemporaryDirectory() as top:
        Path(top, "a.txt").write_text("".join(f"line {n} of the text\n" for n in range(1, 201)))
        Path(top, "b.txt").write_text("second file\né ü\tx\n")
        yield top


def settle(child, screen, done):
    """Feeds the screen until `done()` holds; the output of a pager that waits for a key just stops."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not done():
        try:
            screen.feed(child.read_nonblocking(65536, 0.1))
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass
    return done()


@pytest.mark.parametrize("name,options,keys,rows,prompt", CASES, ids=[case[0] for case in CASES])
def test_shows(name, options, keys, rows, prompt, directory):
    child, screen = less(options.split() + ["a.txt", "b.txt"] if " " not in options[1:] else [options, "a.txt", "b.txt"], directory), Screen()
    if keys:
        settle(child, screen, lambda: screen.rows[ROWS - 1])
    child.send(keys)
    good = settle(child, screen, lambda: screen.rows[:len(rows)] == rows and prompt in screen.rows[ROWS - 1])
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert good, "\n".join(screen.rows)
    assert child.exitstatus == 0


def test_small_files_are_written_with_F(directory):
    child = less(["-F", "b.txt"], directory)
    child.expect(pexpect.EOF)
    child.close()
    assert "second file" in child.before and child.exitstatus == 0


def test_follows_what_is_appended(directory):
    path = Path(directory, "grows")
    path.write_text("one\n")
    child = less(["+F", "grows"], directory)
    child.expect("Waiting for data")
    with path.open("a") as stream:
        stream.write("two\n")
    child.expect("two")
    child.send("\x03")
    child.expect("END")
    child.send("q")
    child.expect(pexpect.EOF)


def test_reads_a_pipe(directory):
    child = pexpect.spawn("/bin/sh", ["-c", f"seq 1 1000 | {ROOT}/bin/less"], cwd=directory, dimensions=(ROWS, COLUMNS), encoding="utf-8",
                          env={"PATH": "/usr/bin:/bin", "TERM": "xterm"}, timeout=10)
    child.expect("9")
    child.send("G")
    child.expect("1000")
    child.send("q")
    child.expect(pexpect.EOF)
