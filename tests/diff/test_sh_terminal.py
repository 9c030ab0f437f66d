"""What sh does to its terminal: pastes, control characters, redrawing, the interrupt key, unusable histories."""
import os
import resource
import signal
import time

import pexpect
import pytest

from sh_session import END, HOME, PROMPT, ROOT, SHELL, UP, Session, control, shell  # noqa: F401 (shell is a fixture)


def test_several_lines_are_edited_as_one(shell):
    shell.send("echo a\x1b\recho b" + UP + END + "1\r")
    shell.expect("\r\na1\r\nb\r\n")
    shell.prompt()


def test_the_prompt_is_coloured_where_the_terminal_can(tmp_path):
    child = pexpect.spawn(str(SHELL), ["-i"], env={"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(tmp_path)}, encoding="utf-8",
                          timeout=5)
    child.expect_exact("\x1b[1;32m")
    child.close(force=True)


def test_a_trap_runs_while_a_line_is_edited(shell):
    shell.run("trap 'echo caught' USR1")
    shell.send("echo not yet")
    shell.expect("not yet")
    shell.child.kill(10)
    shell.expect("caught")
    shell.expect("not yet")
    assert shell.run(" done")[-1] == "not yet done"


def test_pasted_lines_wait_for_enter(shell):
    shell.send("\x1b[200~echo one\necho two\n\x1b[201~")
    shell.expect("echo two\x1b[K\r\n")
    assert shell.child.expect_exact(["\r\none", pexpect.TIMEOUT], timeout=0.2) == 1
    shell.send("\r")
    shell.expect("\x1b[?2004lone\r\ntwo\r\n")


def test_output_without_a_newline_stays(shell):
    shell.send("printf abc\r")
    shell.expect("printf abc\r\nabc\x1b[?2004h" + PROMPT)


def test_control_characters_do_not_reach_the_terminal(shell, tmp_path):
    (tmp_path / "a\x1b[31mb").touch()
    (tmp_path / "a\x1b[31mc").touch()
    (tmp_path / "line\nbreak").touch()
    shell.send("echo a\t\t")
    shell.expect("a\\033[31mb  a\\033[31mc\r\n")
    shell.send(control("u") + "echo '" + control("v") + "\x1b" + "[32m\u009b" + HOME)
    shell.expect("echo '^[[32m?")
    shell.send(END + control("u") + "cat line\t\r")
    shell.expect("cat 'line\x1b[K\r\nbreak'")
    shell.send("$(printf 'x\\033\\302\\2334m')\r")
    shell.expect("x\\033\\302\\2334m: not found")


def test_the_interrupt_key_is_a_signal_while_a_line_is_edited(shell):
    shell.send("draft" + control("v"))
    shell.expect("draft")
    time.sleep(0.1)
    shell.send(control("c"))
    shell.expect("draft^C")
    shell.send(control("u") + control("z") + control("\\"))
    shell.run("trap 'echo caught' INT")
    shell.send("draft")
    shell.expect("draft")
    shell.send(control("c"))
    shell.expect("caught\r\n")
    shell.expect("draft\x1b[J\x1b[?2004l^C")
    shell.prompt()
    assert shell.run("echo on") == ["on"]


def limit_files():
    """As a full disk: no file grows beyond a few bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))


def history_file(kind, path):
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "binary":
        path.write_bytes(bytes(range(256)) * 5000)
    elif kind == "cut":
        path.write_text("echo one\necho two")
    elif kind == "full":
        path.write_text("echo 1\n")


@pytest.mark.parametrize("kind", ["directory", "pipe", "binary", "cut", "full", "missing folder"])
def test_a_history_file_that_cannot_be_used_harms_nothing(tmp_path, kind):
    path = tmp_path / "none" / "history" if kind == "missing folder" else tmp_path / "history"
    history_file(kind, path)
    shell = Session(tmp_path, environment={"HISTFILE": str(path)}, prepare=limit_files if kind == "full" else None)
    assert shell.run("echo first")[-1] == "first"
    assert shell.run("echo a longer line that has no room")[-1].startswith("a longer")
    assert shell.run(UP + UP)[-1] == "first"
    shell.close()
    if kind == "cut":
        assert path.read_text().startswith("echo one\necho two\necho first\n")
    if kind == "full":
        assert path.read_text() in ("echo 1\n", "echo 1\necho first\n")


def test_reset_and_resize(shell):
    shell.run(f"PATH={ROOT}/bin:$PATH")
    shell.send("stty -echo -icrnl -onlcr; reset\r")
    shell.expect("\x1bc")
    shell.prompt()
    shell.send("stty -a\r")
    settings = shell.prompt()
    assert " echo " in settings and " icrnl " in settings and " onlcr " in settings
    shell.send("resize\r")
    shell.expect("\x1b[6n")
    shell.send("\x1b[33;101R")
    shell.expect("COLUMNS=101; LINES=33; export COLUMNS LINES;")
    shell.prompt()
    assert shell.run("stty size") == ["33 101"]


def test_resizing_during_a_paste_harms_nothing(shell):
    shell.send("\x1b[200~echo pas")
    time.sleep(0.1)
    shell.child.setwinsize(24, 60)
    time.sleep(0.1)
    assert shell.run("ted\x1b[201~")[-1] == "pasted"
