"""The screen and the keyboard: typing on the emulated keyboard, reading the screen."""
import time

import pytest

from machine import Machine


@pytest.fixture(scope="module")
def screen():
    with Machine("screen") as machine:
        machine.wait_for_screen(r"root@martlet:~# *$")
        yield machine


def test_typed_commands_run(screen):
    screen.type("echo Hello | tr a-z A-Z\n")
    screen.wait_for_screen(r"^HELLO$")


def test_shift_control_and_symbols(screen):
    screen.type("echo \"A-Z {x} ~ $((6*7)) | <> & ?\"\n")
    screen.wait_for_screen(r"^A-Z \{x\} ~ 42 \| <> & \?$")
    screen.type("sleep 1000\n")
    time.sleep(0.5)
    screen.press("ctrl", "c")
    screen.type("echo $?\n")
    screen.wait_for_screen(r"^130$")


def test_caps_lock_and_arrows(screen):
    screen.press("caps_lock")
    screen.type("x")
    screen.press("caps_lock")
    for _ in range(1):
        screen.press("backspace")
    screen.type("echo ac")
    screen.press("left")
    screen.type("b\n")
    screen.wait_for_screen(r"^abc$")
    screen.press("up")
    screen.press("ret")
    time.sleep(0.5)
    assert sum(line == "abc" for line in screen.screen_text()) >= 2


def test_scrollback_shows_what_left_the_screen(screen):
    screen.type("clear; seq 1 100\n")
    screen.wait_for_screen(r"^100$")
    assert "10" not in screen.screen_text()
    for _ in range(6):
        screen.press("shift", "pgup")
    time.sleep(0.3)
    assert "10" in screen.screen_text()
    for _ in range(8):
        screen.press("shift", "pgdn")
    screen.wait_for_screen(r"^100$")


def test_colours_reach_the_picture(screen):
    screen.type("clear; printf '\\033[41m%20s\\033[0m\\n' ' '\n")
    time.sleep(1)
    image = screen.screenshot("screen-colours").convert("RGB")
    reds = sum(1 for pixel in image.getdata() if pixel[0] > 120 and pixel[1] < 60 and pixel[2] < 60)
    assert reds > 20 * 8 * 8, "a red bar of 20 cells"


def test_letters_beyond_the_code_page_show_on_vga_text(screen):
    screen.type("clear; printf '\\320\\226\\n\\320\\226\\305\\201\\n'\n")
    lines = screen.wait_for_screen(r"^..$")
    zhe, lslash = next(line for line in lines if len(line) == 2)
    assert zhe in lines and zhe != lslash and not {zhe, lslash} & {"\u25a0", "?"}


def test_framebuffer_shows_the_prompt_on_uefi():
    with Machine("screen-uefi", medium="cd", firmware="uefi") as machine:
        machine.wait_for_prompt()
        time.sleep(1)
        image = machine.screenshot("screen-uefi").convert("L")
        assert image.width >= 800 and image.height >= 600
        lit = sum(1 for pixel in image.getdata() if pixel > 100)
        assert 500 < lit < image.width * image.height // 4, "text, neither nothing nor a filled screen"
        before = lit
        machine.type("ls /\n")
        time.sleep(1)
        after = sum(1 for pixel in machine.screenshot("screen-uefi-typed").convert("L").getdata() if pixel > 100)
        assert after > before, "what was typed and listed is drawn"


def test_control_alt_delete_reboots():
    with Machine("control-alt-delete") as machine:
        machine.wait_for_prompt()
        machine.press("ctrl", "alt", "delete")
        machine.expect("rebooting")
        assert machine.wait_for_exit() == 0
