"""Every way to boot reaches a shell that runs a program, on the serial port and on the screen, and powers off."""
import pytest

from machine import Machine

MATRIX = [("bios", "cd"), ("bios", "usb"), ("uefi", "cd"), ("uefi", "usb"), ("bios", "kernel")]


@pytest.mark.parametrize("firmware,medium", MATRIX)
def test_boots_to_a_shell_and_powers_off(firmware, medium):
    with Machine(f"boot-{firmware}-{medium}", medium=medium, firmware=firmware) as machine:
        machine.wait_for_prompt()
        output, status = machine.run("uname -s; echo $((6 * 7))")
        assert output.split() == ["Martlet", "42"] or output.split() == ["Linux", "42"]
        assert status == 0
        machine.send("poweroff\r")
        assert machine.wait_for_exit() == 0


@pytest.mark.parametrize("variant", ["release", "debug"])
def test_debug_and_release_reach_the_prompt_and_reboot(variant):
    with Machine(f"reboot-{variant}", variant=variant) as machine:
        machine.wait_for_prompt()
        machine.run("for i in 1 2 3; do ls -l / | sort > /tmp/list; done; cat /proc/self/maps | wc -l")
        machine.send("reboot\r")
        if variant == "debug":
            machine.expect("audit: memory and files add up")
        assert machine.wait_for_exit() == 0


def test_boots_in_16_mebibytes():
    with Machine("boot-16M", memory="16M") as machine:
        machine.wait_for_prompt()
        assert machine.run("echo small | wc -c") == ("6", 0)


@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_boots_on_old_and_new_processors(cpu):
    with Machine(f"boot-cpu-{cpu}", cpu=cpu) as machine:
        machine.wait_for_prompt()
        assert machine.run("true") == ("", 0)
