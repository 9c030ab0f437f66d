"""Keyboard layouts: every printable character of each, typed as scan codes and compared with xkb-data's own table."""
import contextlib
import importlib.util
import os
import re

import pytest

from machine import REPOSITORY, STATUS_PROMPT, Machine

SHIFT, ALTGR = 0x2A, 0xB8  # QEMU's numbers of the keys
QEMU_NUMBERS = {89: 0x73, 124: 0x7D}  # where they are not the key code


def load_generator():
    specification = importlib.util.spec_from_file_location("make_keymaps", os.path.join(REPOSITORY, "scripts/make_keymaps.py"))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


make_keymaps = load_generator()


@pytest.fixture(scope="module")
def machine():
    with Machine("keymaps", append="martlet.keymap=de") as started:
        started.wait_for_prompt()
        started.run("exec 3</dev/tty7; chvt 7 <&3; stty raw -echo <&3")
        yield started


def strike(machine, *keys):
    """Presses the keys in order and releases them in the other."""
    numbers = [{"type": "number", "data": key} for key in keys]
    for number, down in [(number, True) for number in numbers] + [(number, False) for number in reversed(numbers)]:
        machine.command("input-send-event", events=[{"type": "key", "data": {"down": down, "key": number}}])


@contextlib.contextmanager
def typing(machine):
    """What arrives at tty7 appears on the serial port. The keyboard holds 16 bytes: expect() before you type on."""
    machine.send("cat <&3\r")
    machine.expect(r"cat <&3\r*\n")
    yield
    machine.send("\x03")
    machine.expect(STATUS_PROMPT)


def expect_typed(machine, text):
    machine.expect(re.escape(text), silence=10)
    assert machine.serial.before.strip("\r\n") == "", f"before {text}"


def wanted_keys(layout):
    """(keys to hold, the character) of every place that gives one."""
    has_alternate = layout[100][0] == 0x701
    for key in make_keymaps.CHARACTER_KEYS:
        for level, held in enumerate(([], [SHIFT], [ALTGR], [ALTGR, SHIFT])):
            character = make_keymaps.character_of(layout[key][level]) if key in layout else None
            if character is None or (level >= 2 and not has_alternate):
                continue
            yield held + [QEMU_NUMBERS.get(key, key)], chr(character)


def check_layout(machine, layout):
    wanted = list(wanted_keys(layout))
    assert len(wanted) > 90
    with typing(machine):
        for keys, character in wanted:
            strike(machine, *keys)
            expect_typed(machine, character)


def test_the_layout_of_the_command_line_is_loaded(machine):
    check_layout(machine, make_keymaps.compile_layout(make_keymaps.LAYOUTS["de"]))


@pytest.mark.parametrize("name", sorted(make_keymaps.LAYOUTS))
def test_every_character_of_the_layout(machine, name):
    output, status = machine.run(f"loadkeys -q {name} <&3")
    assert (output, status) == ("", 0)
    check_layout(machine, make_keymaps.compile_layout(make_keymaps.LAYOUTS[name]))


def test_dead_keys_and_compose(machine):
    machine.run("loadkeys -q fr <&3")
    with typing(machine):
        for dead, letter, character in (([26], [18], "ê"), ([26], [26], "^"), ([SHIFT, 26], [22], "ü"), ([26], [24], "ô")):
            strike(machine, *dead)
            strike(machine, *letter)
            expect_typed(machine, character)
    machine.run("loadkeys -q us <&3")
    with typing(machine):
        for key in (0xDD, 31, 31):  # Menu s s
            strike(machine, key)
        expect_typed(machine, "ß")


def test_errors_in_keymap_files_are_told(machine):
    output, status = machine.run("loadkeys -q /missing <&3")
    assert status == 1 and "/missing: No such file or directory" in output
    output, status = machine.run("printf 'keycode 30 = nonsense\\nkeycode 300 = a\\n' | loadkeys -q - <&0")
    assert status == 1 and ":1: unknown symbol nonsense" in output and ":2: not a key code" in output
