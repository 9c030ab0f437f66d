"""Types at Martlet's sh on a pseudo terminal: editing keys, history, completion, job control, signals."""
import os
import re
import signal
import time

import pexpect
import pytest

from sh_session import (DELETE, DOWN, END, HOME, LEFT, PROMPT, RIGHT, ROOT, SHELL, UP, Session, control,
                        shell)  # noqa: F401 (shell is a fixture)


@pytest.mark.parametrize("keys, expected", [
    ("echo helo" + LEFT + "l", "hello"),
    ("cho a" + HOME + "e", "a"),
    ("cho a" + control("a") + "e" + END + "b", "ab"),
    ("echo abc" + control("b") * 2 + DELETE, "ac"),
    ("echo abc" + LEFT * 2 + control("d"), "ac"),
    ("echo abX\x7fc", "abc"),
    ("echo abX" + control("h") + "c", "abc"),
    ("echo a b" + LEFT * 2 + control("k"), "a"),
    ("junk" + control("u") + "echo a", "a"),
    ("echo a b" + control("w") + "c", "a c"),
    ("echo one two" + control("w") + control("y") + control("y"), "one twotwo"),
    ("echo ba" + control("t"), "ab"),
    ("echo one two" + "\x1bb\x1bb" + "zero ", "zero one two"),
    ("echo one two" + "\x1bb\x1bb" + "\x1bd" + "1", "1 two"),
    ("echo one two" + "\x1b\x7f" + "2", "one 2"),
    ("echo one two" + "\x1b[1;5D" + "x", "one xtwo"),
    ("echo abc" + control("w") + control("_"), "abc"),
    ("echo \u00e9\u00fc" + LEFT + "x", "\u00e9x\u00fc"),
    ("echo \u3042\u3044" + "\x7f" + "x", "\u3042x"),
    ("echo up" + "\x1bb" + "\x1bu", "UP"),
    ("\x1b[200~echo pasted\x1b[201~", "pasted"),
    ("echo a" + control("v") + "\tb", "a b"),
])
def test_editing_keys(shell, keys, expected):
    assert shell.run(keys)[-1].replace("\t", " ") == expected


def test_long_lines_wrap_and_can_be_edited(tmp_path):
    session = Session(tmp_path, columns=20)
    text = "abcdefghij" * 6
    session.send("echo " + text + HOME + RIGHT * 5 + "X" + END + "Y\r")
    session.expect("X" + text + "Y\r\n")
    session.prompt()
    session.close()


def test_resizing_the_window_redraws(shell):
    shell.send("echo " + "x" * 30)
    shell.expect("x" * 5)
    shell.child.setwinsize(24, 20)
    time.sleep(0.2)
    shell.send("y\r")
    shell.expect("x" * 30 + "y\r\n")


def test_history_keys(shell):
    shell.run("echo first")
    shell.run("echo second")
    assert shell.run(UP + UP)[-1] == "first"
    assert shell.run(control("p") * 2 + control("n"))[-1] == "first"
    assert shell.run("echo draft" + UP + DOWN)[-1] == "draft"
    assert shell.run("echo x \x1b.")[-1] == "x draft"


def test_incremental_search(shell):
    shell.run("echo needle")
    shell.run("echo hay")
    shell.send(control("r") + "need")
    shell.expect("need': ")
    shell.send("\r")
    shell.expect("needle\r\n")
    shell.prompt()
    shell.send(control("r") + "nosuch")
    shell.expect("failed")
    shell.send(control("g"))
    shell.prompt()
    assert shell.run("echo back")[-1] == "back"


def test_history_is_kept_across_sessions(tmp_path):
    session = Session(tmp_path)
    session.run("echo remembered")
    session.send("exit\r")
    session.child.expect(pexpect.EOF)
    assert (tmp_path / ".sh_history").stat().st_mode & 0o777 == 0o600
    session = Session(tmp_path)
    assert session.run(UP + UP)[-1] == "remembered"
    assert session.run("fc -ln 1 1") == ["\techo remembered"]
    session.close()


def test_completion(tmp_path):
    (tmp_path / "some file").write_text("text\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inner").write_text("inside\n")
    (tmp_path / "twin1").touch()
    (tmp_path / "twin2").touch()
    session = Session(tmp_path)
    assert session.run("cat so\t")[-1] == "text"
    assert session.run("cat fo\tin\t")[-1] == "inside"
    assert session.run("unali\t-a && echo ok")[-1] == "ok"
    assert session.run("f_unction() { echo called; }") == []
    assert session.run("f_un\t")[-1] == "called"
    assert session.run("echo $HOM\t")[-1] == str(tmp_path)
    session.send("echo tw\t\t")
    session.expect("twin1  twin2\r\n")
    session.send("2\r")
    session.expect("twin2\r\n")
    session.prompt()
    session.send("nosuchthing\t")
    session.expect("\a")
    session.close()


def test_continuation_prompts(shell):
    shell.send("for i in 1 2\r")
    shell.expect("> ")
    shell.send("do echo n$i\r")
    shell.expect("> ")
    shell.send("done\r")
    shell.expect("n1\r\nn2\r\n")
    shell.prompt()
    shell.send("echo 'a\r")
    shell.expect("> ")
    shell.send("b'\r")
    shell.expect("a\r\nb\r\n")
    shell.prompt()
    shell.send("cat <<E\r")
    shell.expect("> ")
    shell.send("here\r")
    shell.expect("> ")
    shell.send("E\r")
    shell.expect("here\r\n")


def test_interrupt_abandons_the_line(shell):
    shell.send("echo not this" + control("c"))
    shell.prompt()
    assert shell.run("echo $?") == ["130"]
    shell.send("if true\r")
    shell.expect("> ")
    shell.send(control("c"))
    shell.prompt()
    assert shell.run("echo $?") == ["130"]


def test_interrupt_reaches_the_foreground_job_only(shell):
    shell.send("sleep 60\r")
    time.sleep(0.3)
    shell.send(control("c"))
    shell.prompt()
    assert shell.run("echo $?") == ["130"]
    shell.send("while :; do :; done\r")
    time.sleep(0.3)
    shell.send(control("c"))
    shell.prompt()
    assert shell.run("echo $?") == ["130"]


@pytest.mark.parametrize("line", [
    "while :; do sleep 0.1; done; echo no",
    "for i in 1 2; do sleep 5; echo no; done",
    "sleep 5 || echo no; echo no",
    "if sleep 5; then :; else echo no; fi; echo no",
    "f() { sleep 5; echo no; }; f; echo no",
    "eval 'sleep 5; echo no'; echo no",
    "! sleep 5; echo no",
    "sleep 5 | cat; echo no",
    "(sleep 5; echo no); echo no",
    "x=$(sleep 5); echo no",
    "while :; do :; done; echo no",
    "read x; echo no",
    "sleep 5 & wait; echo no",
])
def test_interrupt_ends_the_whole_line(shell, line):
    shell.send(line + "\r")
    time.sleep(0.3)
    shell.send(control("c"))
    assert re.sub(r"^\[1\] \d+\n", "", shell.prompt().split("\n", 1)[1]) == "^C\n"
    assert shell.run("echo $?") == ["130"]


@pytest.mark.parametrize("line", ["sleep 5; echo no", "sleep 5 | cat; echo no", "(sleep 5; echo no); echo no"])
def test_interrupt_reaches_jobs_of_a_shell_that_was_started_with_it_ignored(tmp_path, line):
    shell = Session(tmp_path, prepare=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    shell.send(line + "\r")
    time.sleep(0.3)
    shell.send(control("c"))
    assert shell.prompt().split("\n", 1)[1] == "^C\n"
    shell.close()


def test_a_trap_of_interrupt_runs_when_the_foreground_job_died_of_it(shell):
    shell.run("trap 'echo trapped' INT")
    shell.send("sleep 5; echo $?\r")
    time.sleep(0.3)
    shell.send(control("c"))
    assert shell.prompt().split("\n")[-3:] == ["trapped", "130", ""]


def test_a_background_group_takes_its_signals(shell):
    shell.run("(sleep 50; sleep 50) &")
    printed = "".join(shell.run("kill %1"))  # told before this prompt or by wait
    shell.send("wait\r")
    assert "Terminated" in printed + shell.prompt() + shell.run("jobs; echo end")[0]


def test_stop_background_foreground(shell):
    shell.send("sleep 60\r")
    time.sleep(0.3)
    shell.send(control("z"))
    shell.expect("Stopped")
    shell.prompt()
    assert shell.run("echo $?") == ["148"]
    assert re.match(r"\[1\] \+ \d+ Stopped +sleep 60", shell.run("jobs -l")[0])
    assert shell.run("bg") == ["[1] sleep 60"]
    assert "Running" in shell.run("jobs %1")[0]
    shell.send("fg %sleep\r")
    shell.expect("sleep 60\r\n")
    time.sleep(0.3)
    shell.send(control("c"))
    shell.prompt()
    assert shell.run("jobs") == []


def test_job_identifiers(shell):
    for seconds in (61, 62, 63):
        shell.run(f"sleep {seconds} &")
    assert "sleep 63" in shell.run("jobs %+")[0]
    assert "sleep 62" in shell.run("jobs %-")[0]
    assert "sleep 61" in shell.run("jobs %1")[0]
    assert "sleep 62" in shell.run("jobs '%?62'")[0]
    assert "ambiguous" in shell.run("jobs %sleep")[0]
    shell.run("kill %1 %2 %3; wait")
    assert shell.run("jobs %1")[0].endswith("No such job: %1")


def test_jobs_that_end_are_reported_before_a_prompt(shell):
    shell.run("sleep 0.1 &")
    time.sleep(0.4)
    assert re.match(r"\[1\] \+ Done +sleep 0.1", shell.run("")[0])
    shell.run("sh -c 'sleep 0.1; exit 3' &")
    time.sleep(0.4)
    assert "Done(3)" in shell.run("")[0]


@pytest.mark.parametrize("signal, message, status", [
    ("SEGV", "Segmentation fault", 139),
    ("FPE", "Floating point exception", 136),
    ("ILL", "Illegal instruction", 132),
    ("ABRT", "Aborted", 134),
    ("TERM", "Terminated", 143),
    ("KILL", "Killed", 137),
])
def test_deaths_by_signal_are_told(shell, signal, message, status):
    assert shell.run(f"sh -c 'ulimit -c 0; kill -{signal} $$'")[0].startswith(message)
    assert shell.run("echo $?") == [str(status)]


def test_a_program_that_cannot_be_executed_leaves_the_terminal_to_the_shell(shell, tmp_path):
    (tmp_path / "plain").write_text("x")
    assert "Permission denied" in "".join(shell.run("./plain"))
    assert shell.run("echo $?") == ["126"]


def test_exit_warns_of_stopped_jobs(shell):
    shell.send("sleep 60\r")
    time.sleep(0.3)
    shell.send(control("z"))
    shell.expect("Stopped")
    shell.prompt()
    assert shell.run("exit")[-1] == "There are stopped jobs."
    shell.send("exit\r")
    shell.child.expect(pexpect.EOF)


def test_end_of_file_ends_the_shell(shell):
    shell.send(control("d"))
    shell.child.expect(pexpect.EOF)


def test_ignoreeof(shell):
    shell.run("set -o ignoreeof")
    shell.send(control("d"))
    shell.expect('Use "exit" to leave shell.')
    shell.prompt()
    assert shell.run("echo alive") == ["alive"]


def test_terminal_modes_are_restored_after_a_job_dies(shell):
    shell.send("sh -c 'stty raw -echo; kill -9 $$'\r")
    shell.expect("Killed")
    shell.prompt()
    assert shell.run("stty | grep -c -- -echo") == ["0"]


def test_typed_ahead_text_belongs_to_the_command(shell):
    shell.send("read x; echo \"<$x>\"\rtyped\r")
    shell.expect("<typed>")


def test_prompt_expansion(shell):
    shell.send("cd /; PS1='\\u:\\w:$((1+1))\\$ '\r")
    shell.expect(":/:2" + ("# " if os.geteuid() == 0 else "$ "))


def test_dumb_terminal(tmp_path):
    session = Session(tmp_path, term="dumb")
    assert session.run("echo plain") == ["plain"]
    session.send(control("d"))
    session.child.expect(pexpect.EOF)
    session.close()


def test_login_and_environment_files(tmp_path):
    (tmp_path / ".profile").write_text("PS1='@@ '; echo profile read\n")
    (tmp_path / ".shrc").write_text("echo env read\n")
    session = pexpect.spawn(str(SHELL), ["-il"], encoding="utf-8", timeout=5, env={
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "PS1": PROMPT, "ENV": "$HOME/.shrc", "TERM": "xterm"})
    session.expect_exact("profile read")
    session.expect_exact("env read")
    session.expect_exact(PROMPT)
    session.close(force=True)


def test_without_a_terminal_there_is_no_job_control(tmp_path):
    import subprocess
    done = subprocess.run([str(SHELL), "-i"], input="echo on\n", capture_output=True, text=True, cwd=tmp_path,
                          env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, start_new_session=True, timeout=10)
    assert "job control turned off" in done.stderr
    assert done.stdout == "on\n"


@pytest.fixture(scope="module")
def vi_shell(tmp_path_factory):
    session = Session(tmp_path_factory.mktemp("vi"))
    session.run("set -o vi")
    yield session
    session.close()


@pytest.mark.parametrize("keys, expected", [
    ("echo plain", "plain"),
    ("echo ab\x1bixx", "axxb"),
    ("echo ab\x1bhax\x1b", "axb"),
    ("cho ab\x1bIe\x1bA!", "ab!"),
    ("xecho a\x1b0x", "a"),
    ("echo abcd\x1b2hX", "bcd"),
    ("echo abcdef\x1b3hD", "ab"),
    ("echo abcdef\x1b3hCxy", "abxy"),
    ("junk\x1bSecho a", "a"),
    ("junk\x1bccecho b", "b"),
    ("junk\x1bddiecho c", "c"),
    ("echo one two three\x1b2bdw", "one three"),
    ("echo one two three\x1b0wd2w", "three"),
    ("echo one two three\x1b02wcwTWO\x1b", "one TWO three"),
    ("echo one.two three\x1b0wcWx\x1b", "x three"),
    ("echo one two\x1bbd0iecho ", "two"),
    ("echo one two\x1b0wyw$p", "one twoone"),
    ("echo one two\x1b0wywP", "one one two"),
    ("echo abc\x1b0wxp", "bac"),
    ("echo abcabc\x1b0wfcx", "ababc"),
    ("echo abcabc\x1b0w2fcx", "abcab"),
    ("echo abcabc\x1b0wfc;x", "abcab"),
    ("echo abcabc\x1b$Fa,rX", "abcXbc"),
    ("echo abcabc\x1b0wtcx", "acabc"),
    ("echo abcabc\x1b$TbrX", "abcabX"),
    ("echo abc\x1b0wdfb", "c"),
    ("echo abc def\x1b0wdtf", "f"),
    ("echo abc\x1brX", "abX"),
    ("echo abc\x1b2h3rz", "zzz"),
    ("echo abc\x1b2hRxyzw", "xyzw"),
    ("echo aBc\x1b2h3~", "AbC"),
    ("echo aaaa\x1bx..", "a"),
    ("echo one two three\x1b2bdw.u", "one three"),
    ("echo abc\x1bxu", "abc"),
    ("echo abc\x1bxxxU0iecho \x1b", ""),
    ("echo abc def\x1b0wix\x1bw.", "xabc xdef"),
    ("echo a b c d\x1b0w2dw", "c d"),
    ("echo a b c d\x1b7|D", "a"),
    ("echo ab\x1b|ix\x1b0x", "ab"),
    ("echo a b c\x1b0wcwX", "X b c"),
    ("echo one two three\x1b0wc2wX", "X three"),
    ("echo one, two\x1b0weax\x1b", "onex, two"),
    ("echo one, two\x1b0wEax\x1b", "one,x two"),
    ("  echo q\x1b^iecho \x1b", "echo q"),
    ("echo \u00e9\u3042b\x1bhx", "\u00e9b"),
    ("echo x\x16\x1b\x1bx", "x"),
    ("echo one two" + control("w") + "x", "one x"),
    ("junk" + control("u") + "echo k", "k"),
    ("echo yy\x1byy$pI\x1b0", "yyecho yy"),
])
def test_vi_commands(vi_shell, keys, expected):
    assert (vi_shell.run(keys) or [""])[-1] == expected


def test_vi_mode_reaches_the_history(tmp_path):
    session = Session(tmp_path)
    for line in ("set -o vi", "echo first word", "echo second", "printf third"):
        session.run(line)
    assert session.run("\x1bkk") == ["second"]
    assert session.run("\x1b/fir\r")[-1] == "first word"
    assert session.run("\x1b/^echo\rn")[-1] == "second"
    assert session.run("\x1b/sec*d\rnN")[-1] == "second"
    assert session.run("\x1b2G")[-1] == "first word"
    assert session.run("\x1bkkjj") == []
    session.run("echo alpha beta")
    assert session.run("echo\x1b_") == ["beta"]
    session.run("echo alpha beta")
    assert session.run("echo\x1b2_") == ["alpha"]
    session.run("alias _q='0iecho macro \x16\x1b'")
    assert session.run("x\x1b@q") == ["macro x"]
    assert session.run("echo not this\x1b#") == []
    assert session.run("\x1bk") == []
    session.close()


def test_vi_mode_completes_and_edits_outside(tmp_path):
    (tmp_path / "twin1").touch()
    (tmp_path / "twin2").touch()
    (tmp_path / "edit").write_text("#!/bin/sh\nsed s/before/after/ $1 >$1.x && mv $1.x $1\n")
    (tmp_path / "edit").chmod(0o755)
    session = Session(tmp_path, environment={"EDITOR": "./edit"})
    session.run("set -o vi")
    assert session.run("echo tw\x1b*") == ["twin1 twin2"]
    assert session.run("echo tw\x1b\\\\1") == ["twin1"]
    session.send("echo tw\x1b=")
    session.expect("twin1  twin2\r\n")
    session.send("A*\r")
    session.expect("twin1 twin2\r\n")
    session.prompt()
    session.send("echo before\x1bv")
    session.expect("\r\nafter\r\n")
    session.prompt()
    assert any("echo after" in line for line in session.run("fc -l"))
    session.close()


def test_options_jobs_and_directories_are_completed(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder2.txt").touch()
    session = Session(tmp_path, environment={"SH_OPTIONS": str(ROOT / "usr/share/sh/options")})
    session.send("ls --group-d\t")
    session.expect("--group-directories-first ")
    session.send(control("c"))
    session.prompt()
    session.run("alias l='ls -l'")
    session.send("l --full\t")
    session.expect("--full-time ")
    session.send(control("c"))
    session.prompt()
    assert session.run("cd fol\t; pwd")[-1] == str(tmp_path / "folder")
    session.run("cd ..; sleep 60 &")
    assert "ok" in session.run("kill %sl\t; wait; echo ok")
    assert session.run("set -o pipe\t; set +o pipe\t; echo ok") == ["ok"]
    assert session.run("sort --output=folder2\t /dev/null; echo ok") == ["ok"]
    assert session.run("trap - USR\t1; echo ok") == ["ok"]
    session.close()


def test_history_is_shared_and_survives_a_hang_up(tmp_path):
    first, second = Session(tmp_path), Session(tmp_path)
    first.run("echo from the first")
    second.run("echo from the second")
    first.child.kill(1)
    first.child.expect(pexpect.EOF)
    second.send("exit\r")
    second.child.expect(pexpect.EOF)
    text = (tmp_path / ".sh_history").read_text()
    assert "echo from the first\n" in text and "echo from the second\n" in text


def test_a_hang_up_reaches_the_jobs(tmp_path):
    session = Session(tmp_path)
    session.run("(trap 'echo hung >out; exit' HUP; echo ready >ready; while :; do sleep 0.05; done) &")
    for _ in range(100):
        if (tmp_path / "ready").exists():
            break
        time.sleep(0.02)
    session.child.kill(1)
    session.child.expect(pexpect.EOF)
    for _ in range(100):
        if (tmp_path / "out").exists():
            break
        time.sleep(0.02)
    assert (tmp_path / "out").exists()


def test_mail_is_told_before_a_prompt(tmp_path):
    box, other = tmp_path / "box", tmp_path / "other"
    session = Session(tmp_path, environment={"MAIL": str(box), "MAILCHECK": "0"})
    assert session.run("echo") == []
    box.write_text("news\n")
    assert session.run("echo")[-1] == "you have mail"
    assert session.run("echo") == []
    session.run(f"MAILPATH='{other}%look at the other'")
    session.run("echo")
    other.write_text("news\n")
    assert session.run("echo")[-1] == "look at the other"
    session.close()
