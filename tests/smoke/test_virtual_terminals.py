"""Virtual terminals: switching by keys and by requests, a shell on each, ioctl_console(2)."""
import pytest

from machine import Machine


@pytest.fixture(scope="module")
def machine():
    with Machine("virtual-terminals") as started:
        started.wait_for_screen(r"root@martlet:~# *$")
        yield started


def test_each_terminal_has_its_own_screen_and_shell(machine):
    machine.type("echo first\n")
    machine.wait_for_screen(r"^first$")
    machine.press("alt", "f2")
    machine.wait_for_screen(r"# *$")
    assert "first" not in machine.screen_text()
    machine.type("tty; echo second\n")
    lines = machine.wait_for_screen(r"^second$")
    assert "/dev/tty2" in lines
    machine.press("ctrl", "alt", "f1")
    assert "second" not in machine.wait_for_screen(r"^first$")
    machine.press("alt", "right")
    machine.wait_for_screen(r"^second$")
    machine.press("alt", "left")
    machine.wait_for_screen(r"^first$")


def test_a_shell_that_ended_comes_back(machine):
    machine.press("alt", "f3")
    machine.wait_for_screen(r"# *$")
    machine.type("clear; PS1=old; echo third\n")
    machine.wait_for_screen(r"^third$")
    machine.type("exit\n")
    machine.wait_for_screen(r"root@martlet:~# *$")
    machine.type("echo again\n")
    machine.wait_for_screen(r"^again$")
    machine.press("alt", "f1")
    machine.wait_for_screen(r"^first$")


def test_requests(machine):
    def run(command):
        return machine.run(command)[0]
    assert run("fgconsole </dev/tty0") == "1"
    assert run("chvt 2 </dev/tty0; fgconsole </dev/tty0; cat /sys/class/tty/tty0/active") == "2\ntty2"
    machine.wait_for_screen(r"^second$")
    assert run("chvt 1 </dev/tty0; fgconsole -n </dev/tty0") == "4"
    machine.wait_for_screen(r"^first$")
    assert machine.run("chvt 13 </dev/tty0")[1] == 1
    assert "busy" in run("deallocvt 2 </dev/tty0")
    assert run("openvt -s -w -- sh -c 'tty; fgconsole; tty >/tmp/where' </dev/tty0; cat /tmp/where") == "/dev/tty4"
    assert run("fgconsole </dev/tty0") == "1"
    # What is written to a hidden terminal is there when it is shown.
    assert machine.run("echo hidden text >/dev/tty5")[1] == 0
    machine.press("alt", "f5")
    machine.wait_for_screen(r"^hidden text$")
    machine.press("alt", "f1")
    machine.wait_for_screen(r"^first$")
    assert machine.run("cat /dev/tty13")[1] == 1


def test_scrollback_on_another_terminal(machine):
    machine.press("alt", "f2")
    machine.type("clear; seq 1 100\n")
    machine.wait_for_screen(r"^100$")
    for _ in range(6):
        machine.press("shift", "pgup")
    machine.wait_for_screen(r"^10$")
    machine.press("alt", "f1")
    machine.wait_for_screen(r"^first$")
    machine.press("alt", "f2")
    machine.wait_for_screen(r"^100$")
    machine.press("alt", "f1")
