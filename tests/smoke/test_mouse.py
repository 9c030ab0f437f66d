"""The PS/2 mouse: selecting and pasting on the console, scrolling, reports to programs, /dev/input/mice."""
import time

import pytest

from machine import Machine

CELL_WIDTH, CELL_HEIGHT = 8, 16


@pytest.fixture(scope="module")
def machine():
    with Machine("mouse") as started:
        started.wait_for_screen(r"root@martlet:~# *$")
        yield started


def move(machine, right, down):
    """By pixels, in steps that one packet holds."""
    while right or down:
        step = [max(-100, min(100, right)), max(-100, min(100, down))]
        machine.command("input-send-event", events=[{"type": "rel", "data": {"axis": axis, "value": value}}
                                                    for axis, value in zip("xy", step)])
        right, down = right - step[0], down - step[1]
        time.sleep(0.02)


def go_to(machine, row, column):
    move(machine, -1000, -1000)
    move(machine, column * CELL_WIDTH + 4, row * CELL_HEIGHT + 8)


def button(machine, name, down):
    machine.command("input-send-event", events=[{"type": "btn", "data": {"button": name, "down": down}}])
    time.sleep(0.03)


def click(machine, name):
    button(machine, name, True)
    button(machine, name, False)


def test_select_and_paste(machine):
    machine.type("clear; echo pasted-word here\n")
    row = machine.wait_for_screen(r"^pasted-word here").index("pasted-word here")
    go_to(machine, row, 0)
    button(machine, "left", True)
    move(machine, 10 * CELL_WIDTH, 0)
    button(machine, "left", False)
    machine.type("echo got ")
    click(machine, "middle")
    machine.type("\n")
    machine.wait_for_screen(r"^got pasted-word$")
    # Two clicks take a word, three a line.
    go_to(machine, row, 13)
    click(machine, "left")
    click(machine, "left")
    machine.type("echo then ")
    click(machine, "middle")
    machine.type("\n")
    machine.wait_for_screen(r"^then here$")


def test_the_wheel_scrolls_back(machine):
    machine.type("clear; seq 1 100\n")
    machine.wait_for_screen(r"^100$")
    for _ in range(30):
        click(machine, "wheel-up")
    machine.wait_for_screen(r"^3$")
    for _ in range(40):
        click(machine, "wheel-down")
    machine.wait_for_screen(r"^100$")


def test_programs_get_reports(machine):
    machine.run("exec 3<>/dev/tty9; chvt 9 <&3; stty raw -echo <&3; printf '\\033[?1002;1006h' >&3")
    go_to(machine, 2, 4)
    click(machine, "left")
    click(machine, "wheel-up")
    expected = b"\033[<0;5;3M\033[<0;5;3m\033[<64;5;3M"
    output, _ = machine.run(f"timeout 5 dd bs=1 count={len(expected)} <&3 2>&- | od -An -v -tx1")
    assert bytes.fromhex(output.replace("\n", " ")) == expected
    machine.run("printf '\\033[?1002l' >&3; chvt 1 <&3")


def test_the_device_has_packets(machine):
    machine.run("exec 4</dev/input/mice")
    move(machine, 5, 3)
    click(machine, "left")
    output, _ = machine.run("timeout 5 dd bs=3 count=3 <&4 2>&- | od -An -v -tx1; exec 4<&-")
    assert output.split() == ["28", "05", "fd", "09", "00", "00", "08", "00", "00"]
