"""Debian's own static busybox and bash, unmodified: the proof of the ABI."""
import shutil
import subprocess
import time

import pytest

from machine import Machine, variant_path


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("foreign")
    initrd = folder / "initrd.tar"
    shutil.copy(variant_path("release", "initrd.tar"), initrd)
    # Appended with tar -r, as anyone may.
    stage = folder / "stage"
    (stage / "usr/local/bin").mkdir(parents=True)
    shutil.copy("/bin/busybox", stage / "usr/local/bin/busybox")
    shutil.copy("/bin/bash-static", stage / "usr/local/bin/bash")
    subprocess.run(["tar", "--owner=root", "--group=root", "-rf", initrd, "-C", stage, "usr"], check=True)
    with Machine("foreign", initrd=str(initrd)) as booted:
        booted.wait_for_prompt()
        yield booted


def test_busybox_runs_a_script_with_pipes_and_jobs(machine):
    script = ("a=$(seq 1 100 | grep 7 | wc -l); sleep 0.2 & wait; echo $a; (exit 3); echo $?; "
              "for f in /etc/host*; do echo $f; done; printf '%s\\n' b a | sort | head -n 1; ls /bin | wc -l > /dev/null; echo done")
    machine.run("BB=/usr/local/bin/busybox")
    output, status = machine.run(f"$BB sh -c \"$BB true; {script.replace('$', chr(92) + '$')}\"")
    assert status == 0
    assert output.split() == ["19", "3", "/etc/hostname", "/etc/hosts", "a", "done"]


def test_busybox_tools_agree_with_ours(machine):
    for command in ("uname -r", "id -u", "ls -1 /etc", "cat /proc/filesystems", "df -P /tmp"):
        assert machine.run(f"/usr/local/bin/busybox {command}")[0].split() == machine.run(command)[0].split()


def test_bash_runs_interactively_with_job_control(machine):
    machine.run("true")
    machine.send("env -u PS1 /usr/local/bin/bash --norc\r")
    machine.expect(r"bash-5\.\d# ")
    machine.send("echo $BASH_VERSION; x=(a b c); echo ${x[1]}${#x[@]}\r")
    machine.expect("b3\r*\n")
    machine.send("sleep 100\r")
    time.sleep(0.5)
    machine.send("\x1a")
    machine.expect(r"\[1\]\+ +Stopped +sleep 100")
    machine.send("bg\r")
    machine.expect(r"\[1\]\+ sleep 100 &")
    machine.send("kill %1; sleep 0.2\r")  # told before the next prompt
    machine.expect(r"\[1\]\+ +Terminated +sleep 100")
    machine.send("echo line edi\x1b[D\x1b[Dt\x05ted\r")
    machine.expect("\nline etdited\r*\n")
    machine.send("exit\r")
    machine.expect(r"ready ")
