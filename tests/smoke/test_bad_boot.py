"""Boots that cannot work say exactly why; odd options do no harm."""
import os
import subprocess

import pytest

from machine import Machine, variant_path

PANIC_STATUS = 255


def test_missing_initrd_is_a_panic_that_says_so():
    with Machine("no-initrd", initrd="none", append="martlet.exit_on_panic") as machine:
        machine.expect(r"anic: .*initrd")
        assert machine.wait_for_exit() == PANIC_STATUS


@pytest.mark.parametrize("damage", ["garbage", "truncated", "checksum"])
def test_damaged_initrd_is_a_panic_that_says_so(tmp_path, damage):
    data = bytearray(open(variant_path("release", "initrd.tar"), "rb").read())
    if damage == "garbage":
        data = bytearray(os.urandom(100_000))
    elif damage == "truncated":
        data = data[:len(data) // 2 + 77]
    else:
        data[100] ^= 1  # the mode field of the first header
    path = tmp_path / "initrd.tar"
    path.write_bytes(data)
    with Machine(f"initrd-{damage}", initrd=str(path), append="martlet.exit_on_panic") as machine:
        machine.expect(r"anic: .*initrd")
        assert machine.wait_for_exit() == PANIC_STATUS


def test_missing_init_is_a_panic_that_says_so(tmp_path):
    path = tmp_path / "empty.tar"
    subprocess.run(["tar", "-cf", path, "-C", tmp_path, "-T", "/dev/null"], check=True)
    with Machine("no-init", initrd=str(path), append="martlet.exit_on_panic") as machine:
        machine.expect(r"anic: .*init")
        assert machine.wait_for_exit() == PANIC_STATUS


def test_unknown_option_is_a_warning_and_dotted_words_pass():
    with Machine("unknown-option", append="frobnicate=7 my.own=option loglevel=7") as machine:
        machine.wait_for_prompt()
        output, _ = machine.run("dmesg | grep 'unknown kernel'")
        assert "frobnicate" in output and "my.own" not in output
        assert machine.run("cat /proc/cmdline") == ("martlet.login=root frobnicate=7 my.own=option loglevel=7", 0)


def test_a_machine_that_lacks_what_is_needed_is_told_so():
    # A processor without long mode cannot be emulated by this QEMU; one without NX can.
    with Machine("old-cpu", cpu="qemu64,-nx", append="martlet.exit_on_panic") as machine:
        machine.expect(r"(?i)(processor|CPU).*(NX|no-execute)")


def test_init_option_chooses_the_first_program():
    with Machine("init-option", append="init=/bin/sh") as machine:
        machine.wait_for_prompt()
        machine.send("echo pid=$$\r")
        machine.expect("pid=1\r*\n")


def test_panic_option_reboots():
    with Machine("panic-reboot", initrd="none", append="panic=1") as machine:
        machine.expect(r"anic: .*initrd")
        assert machine.wait_for_exit() == 0


def test_mem_option_limits_memory():
    with Machine("mem-option", append="mem=32M", memory="256M") as machine:
        machine.wait_for_prompt()
        output, _ = machine.run("grep MemTotal /proc/meminfo")
        # The archive is above the limit and stays.
        initrd_kib = os.path.getsize(variant_path("release", "initrd.tar")) // 1024
        assert int(output.split()[1]) < 32 * 1024 + initrd_kib
