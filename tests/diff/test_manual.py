"""The manual: every tool has a page that names each option its parser accepts, and `man` shows, finds and searches pages."""
import gzip
import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
ROOT = pathlib.Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()
PROGRAM = ROOT / "bin" / "coreutils"
MANUAL = ROOT / "usr/share/man"


def run(*arguments, **variables):
    environment = {"PATH": os.environ["PATH"], "MANPATH": str(MANUAL), "MANWIDTH": "78", "LC_ALL": "C.UTF-8", **variables}
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=environment, timeout=20)


def tables():
    """{tool: [(letter, long name)]} of every option a parser accepts."""
    tools = {}
    for line in subprocess.run([PROGRAM, "--describe"], capture_output=True, text=True, check=True).stdout.splitlines():
        kind, *fields = line.split("\t")
        if kind == "tool":
            options = tools.setdefault(fields[0], [])
        elif kind == "option":
            options.append(fields[:2])
    return tools


def test_every_tool_has_a_page_that_names_each_option():
    missing = []
    tools = tables()
    assert len(tools) > 100
    for name, options in tools.items():
        done = run("man", name)
        if done.returncode != 0:
            missing.append(f"{name}: no page")
            continue
        words = set(re.findall(r"--[\w-]+|-[^\s,\[=.]", done.stdout)) | set(re.findall(r"-\w", done.stdout))
        for letter, long_name in options:
            if letter == "NUM":
                missing += [] if "-NUM" in done.stdout else [f"{name} -NUM"]
            elif letter.isalnum() and f"-{letter}" not in words:
                missing.append(f"{name} -{letter}")
            if long_name and f"--{long_name}" not in words:
                missing.append(f"{name} --{long_name}")
    assert not missing


def test_the_list_for_the_shell_names_each_tool():
    listed = {line.split()[0]: line.split()[1:] for line in open(ROOT / "usr/share/sh/options")}
    assert set(listed) == set(tables())
    assert "--all" in listed["ls"] and "-a" in listed["ls"] and "--block-size=" in listed["ls"]


def test_a_page_is_set_for_the_width_of_the_screen():
    for width in (40, 60, 78):
        text = run("man", "sort", MANWIDTH=str(width)).stdout
        assert text.startswith("SORT(1)")
        body = [line for line in text.splitlines() if "  -" not in line]
        assert max(len(line) for line in body) <= width
        assert re.search(r"\nOPTIONS\n +-", text)


def test_sections_and_names_in_several_spellings():
    page = run("man", "ls").stdout
    for arguments in (["1", "ls"], ["-s", "1", "ls"], ["ls.1"], ["ls(1)"], [str(MANUAL / "man1/ls.1.gz")], ["-l", str(MANUAL / "man1/ls.1.gz")]):
        assert run("man", *arguments).stdout == page
    assert run("man", "-w", "ls").stdout == str(MANUAL / "man1/ls.1.gz") + "\n"
    missing = run("man", "5", "ls")
    assert (missing.returncode, missing.stderr) == (16, "man: no manual entry for ls in section 5\n")
    assert run("man").returncode == 1


def test_searching_names_and_descriptions():
    assert re.search(r"^cp \(1\) +- ", run("man", "-k", "copy").stdout, re.M)
    assert run("apropos", "^md5sum$").stdout.startswith("md5sum (1)")
    assert run("whatis", "ls").stdout.startswith("ls (1)")
    nothing = run("apropos", "nosuchword")
    assert (nothing.returncode, nothing.stderr) == (16, "apropos: nosuchword: nothing appropriate\n")


@pytest.mark.parametrize("name", ["sh", "syscalls"])
def test_pages_that_belong_to_no_tool(name):
    assert run("man", name).stdout.startswith(name.upper())


SOURCE = r'''.\" a comment
.ie \n(.g .ds Aq \(aq
.el .ds Aq '
.de XX
never shown
..
.TH DEMO 7 2020-01-01 "Demo 1.0" "Demonstrations"
.SH NAME
demo \- shows what is \fIknown\fR
.SH "TWO WORDS"
Text in \fBbold\fP and
.IR slanted ,
with\~a \[em] dash.
.RS
inside
.RE
.TP 4
.B \-x
short
.TP
.BR \-\-long [= \fIvalue\fR ]
long
.IP \(bu 2
item
.nf
  kept   as it is
.fi
.if n \{\
never
.\}
\&.dot
'''


def test_the_macros_of_man_7(tmp_path):
    (tmp_path / "man7").mkdir()
    (tmp_path / "man7/demo.7").write_text(SOURCE)
    with gzip.open(tmp_path / "man7/demo2.7.gz", "wt") as out:
        out.write(".so man7/demo.7\n")
    done = run("man", "demo2", MANPATH=str(tmp_path), MANWIDTH="60")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0].split() == ["DEMO(7)", "Demonstrations", "DEMO(7)"]
    assert lines[2:] == [
        "NAME", "       demo - shows what is known", "",
        "TWO WORDS", "       Text in bold and slanted, with a — dash.", "              inside", "",
        "       -x  short", "", "       --long[=value]", "           long", "",
        "       • item", "           kept   as it is", "         .dot", "", lines[-1]]
    assert lines[-1].split() == ["Demo", "1.0", "2020-01-01", "DEMO(7)"]
    assert run("whatis", "demo", MANPATH=str(tmp_path)).stdout == "demo (7)             - shows what is known\n"


def test_a_page_of_garbage_gives_some_text(tmp_path):
    for number, text in enumerate((b"\\", b".TP", b".IP \\", b".SH", b"\\f", b"\\(", b"\\[", b".RE\n.RE\n.RS 999999\nx", b"\xff\xfe\\s", b".B \"", b"\x1f\x8b\x00",
                                   b".TH\n.TP -5\n\\*[", b".SH \\fB\n.nf\n\\c")):
        path = tmp_path / f"garbage{number}.7"
        path.write_bytes(text)
        assert run("man", str(path)).returncode in (0, 2)
