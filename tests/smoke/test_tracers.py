"""Debian's own strace and gdb, unmodified and dynamically linked, trace programs: the proof of ptrace and of core dumps."""
import os
import shutil
import subprocess

import pytest

from host_programs import append_to_initrd, stage_programs
from machine import Machine, variant_path

SUBJECT = r"""
#include <stdio.h>
#include <stdlib.h>
int counter;
static int add(int left, int right) { counter += left; return left + right; }
int main(int argc, char **argv) {
    int sum = 0;
    for (int number = 0; number < 5; number++) sum = add(sum, number);
    printf("sum %d counter %d\n", sum, counter);
    if (argc > 1) abort();
    return 0;
}
"""
BREAKS = """
set pagination off
set confirm off
break add
run
backtrace
next
step
finish
watch counter
continue
continue
info breakpoints
delete
continue
"""
PYTHON_LIBRARY = "/usr/lib/python3.11"  # gdb reads its own start-up code there


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracers")
    (folder / "subject.c").write_text(SUBJECT)
    (folder / "breaks").write_text(BREAKS)
    subprocess.run(["gcc", "-g", "-O0", "-o", folder / "subject", folder / "subject.c"], check=True)
    stage = folder / "stage"
    stage_programs(stage,
                   {"/test/strace": "/usr/bin/strace", "/test/gdb": "/usr/bin/gdb", "/test/subject": str(folder / "subject")},
                   {"/test/breaks": str(folder / "breaks")})
    shutil.copytree(PYTHON_LIBRARY, stage / PYTHON_LIBRARY.lstrip("/"), symlinks=True,
                    ignore=shutil.ignore_patterns("test", "__pycache__", "lib-dynload", "idlelib", "config-*", "dist-packages"))
    shutil.copytree("/usr/share/gdb", stage / "usr/share/gdb", ignore=shutil.ignore_patterns("auto-load", "__pycache__"))
    initrd = folder / "initrd.tar"
    shutil.copy(variant_path("release", "initrd.tar"), initrd)
    append_to_initrd(initrd, stage)
    with Machine("tracers", initrd=str(initrd), memory="1G", append="martlet.exit_on_panic", extra=("-smp", "2")) as booted:
        booted.wait_for_prompt()
        booted.run("cd /tmp")
        yield booted


def test_strace_shows_calls_with_their_results(machine):
    output, status = machine.run("/test/strace /test/subject")
    assert status == 0
    assert 'execve("/test/subject", ["/test/subject"]' in output
    assert r'write(1, "sum 10 counter 10\n", 18' in output
    assert "+++ exited with 0 +++" in output


def test_strace_follows_every_process_of_a_pipeline(machine):
    output, status = machine.run("/test/strace -f -o trace sh -c 'echo a b | wc -w' && cat trace")
    assert status == 0
    assert len(set(line.split()[0] for line in output.splitlines() if "+++ exited with 0 +++" in line)) == 3
    assert "SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED" in output


def test_gdb_breaks_steps_and_watches(machine):
    output, status = machine.run("/test/gdb -nx -batch -x /test/breaks /test/subject", silence=90)
    assert status == 0
    assert "Breakpoint 1, add (left=0, right=0)" in output
    assert "in main (argc=1" in output
    assert "Value returned is" in output
    assert "Hardware watchpoint 2: counter" in output and "New value = " in output
    assert "sum 10 counter 10" in output
    assert "exited normally" in output


def test_strace_lets_a_filter_choose_the_calls(machine):
    output, status = machine.run("/test/strace --seccomp-bpf -f -e trace=open,openat sh -c 'cat /etc/hostname; true'")
    assert status == 0
    assert 'open("/etc/hostname"' in output and "write(" not in output


def test_gdb_calls_functions_and_catches_calls(machine):
    commands = "-ex 'break add' -ex run -ex delete -ex 'print add(40, 2)' -ex 'catch syscall write' -ex continue -ex 'print $orig_rax' -ex kill"
    output, status = machine.run(f"/test/gdb -nx -batch {commands} /test/subject", silence=90)
    assert status == 0
    assert "$1 = 42" in output
    assert "call to syscall write" in output
    assert "$2 = 1" in output


def test_gdb_opens_a_core_dump(machine):
    output, _ = machine.run("ulimit -c unlimited; /test/subject die; echo status $?")
    assert "status 134" in output
    output, status = machine.run("/test/gdb -nx -batch -ex bt -ex 'print counter' /test/subject core", silence=90)
    assert status == 0
    assert "Program terminated with signal SIGABRT" in output
    assert "main (argc=2" in output
    assert "$1 = 10" in output
