"""A QEMU machine under test: boots an image, talks over the serial port, types on the keyboard, reads the screen.

Silence, not duration, ends a hung wait: `expect` fails when the serial port says nothing for SILENCE_SECONDS.
"""
import json
import os
import re
import shutil
import socket
import tempfile
import time

import pexpect

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("MARTLET_BUILD", os.path.join(REPOSITORY, "build"))
LOGS = os.path.join(BUILD, "logs")
SILENCE_SECONDS = 45
# The end of a prompt; escape sequences may follow it.
PROMPT = r"[#$] (?:\x1b\[[0-9;?]*[A-Za-z])*$"
STATUS_PROMPT = r"\[(\d+)\]ready "
OVMF_CODE = "/usr/share/OVMF/OVMF_CODE.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS.fd"

# What the keys of a US keyboard are called in QEMU's monitor.
KEY_NAMES = {
    " ": "spc", "\n": "ret", "\t": "tab", "-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right",
    ";": "semicolon", "'": "apostrophe", "`": "grave_accent", "\\": "backslash", ",": "comma", ".": "dot", "/": "slash",
}
SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./"))


def keys_of(character):
    """The keys to hold down together for one character."""
    if character.isupper():
        return ["shift", character.lower()]
    if character in SHIFTED:
        return ["shift", KEY_NAMES.get(SHIFTED[character], SHIFTED[character])]
    return [KEY_NAMES.get(character, character)]


def variant_path(variant, name):
    """A product of the build. The debug variant is a matter of the kernel: it runs release's programs."""
    if name != "kernel.elf":
        variant = "release"
    folder = os.environ.get("MARTLET_" + variant.upper(), os.path.join(BUILD, variant))
    return os.path.join(folder, name)


class Machine:
    """One boot. `medium`: 'cd', 'usb' or 'kernel'; `firmware`: 'bios' or 'uefi'. With 'kernel' root is logged in unless
    `append` says otherwise; from the other media the user martlet is."""

    def __init__(self, name, medium="kernel", firmware="bios", variant="release", append="", memory="128M",
                 cpu="max", initrd=None, iso=None, extra=()):
        os.makedirs(LOGS, exist_ok=True)
        if "martlet.login=" not in append:
            append = f"martlet.login=root {append}"
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="martlet-")
        self.monitor_path = os.path.join(self.folder, "qmp")
        self.monitor = None
        iso = iso or variant_path(variant, "martlet.iso")
        arguments = ["-accel", os.environ.get("ACCEL", "tcg"), "-m", memory, "-cpu", cpu, "-display", "none", "-vga", "std",
                     "-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial", "-no-reboot", "-qmp", f"unix:{self.monitor_path},server,nowait",
                     "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if firmware == "uefi":
            variables = os.path.join(self.folder, "vars.fd")
            shutil.copy(OVMF_VARS, variables)
            arguments += ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF_CODE}",
                          "-drive", f"if=pflash,format=raw,file={variables}"]
        if medium == "cd":
            arguments += ["-drive", f"file={iso},format=raw,media=cdrom,readonly=on"]
        elif medium == "usb":
            arguments += ["-drive", f"id=stick,file={iso},format=raw,if=none,readonly=on", "-device", "qemu-xhci",
                          "-device", "usb-storage,drive=stick,removable=on,bootindex=0"]
        else:
            arguments += ["-kernel", variant_path(variant, "kernel.elf"), "-append", append]
            initrd = initrd or variant_path(variant, "initrd.tar")
            if initrd != "none":
                arguments += ["-initrd", initrd]
        arguments += list(extra)
        self.log = open(os.path.join(LOGS, re.sub(r"[^\w.-]+", "_", name) + ".log"), "w", encoding="utf-8", errors="replace")
        self.has_status_prompt = False
        self.started = time.monotonic()
        self.serial = pexpect.spawn("timeout", ["-k", "5", "600", "qemu-system-x86_64"] + arguments, encoding="utf-8",
                                    codec_errors="replace", timeout=SILENCE_SECONDS, echo=False)
        self.serial.logfile_read = self.log
        self.serial.delaybeforesend = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.monitor:
            self.monitor.close()
        self.serial.close(force=True)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # The serial console.

    def expect(self, pattern, silence=SILENCE_SECONDS):
        """Waits for the pattern as long as the machine keeps talking."""
        seen = 0
        while True:
            try:
                self.serial.expect(pattern, timeout=silence)
                return self.serial.match
            except pexpect.TIMEOUT:
                if len(self.serial.buffer) == seen:
                    raise AssertionError(f"{self.name}: silent for {silence} s while waiting for {pattern!r}; "
                                         f"last: {self.serial.buffer[-2000:]!r}") from None
                seen = len(self.serial.buffer)
            except pexpect.EOF:
                raise AssertionError(f"{self.name}: the machine stopped while waiting for {pattern!r}; "
                                     f"last: {self.serial.before[-2000:]!r}") from None

    def wait_for_prompt(self, silence=SILENCE_SECONDS):
        self.expect(PROMPT, silence)

    def send(self, text):
        self.serial.send(text)

    def run(self, command, silence=SILENCE_SECONDS):
        """Types a command line at the prompt; answers (output, exit status)."""
        if not self.has_status_prompt:
            # A prompt that tells the status and that no typed text can be taken for; lines that never wrap, because
            # wrapped ones are drawn again with their prompt.
            self.has_status_prompt = True
            self.send("stty cols 4000; PS1='[$?]re''ady '\r")
            self.expect(STATUS_PROMPT, silence)
        # The marker is typed in two pieces, so that the echo of the line does not hold it.
        self.send(f"echo be''gin; {command}\r")
        match = self.expect(STATUS_PROMPT, silence)
        return clean(self.serial.before), int(match.group(1))

    def resynchronise(self):
        """After keys that made the shell draw its prompt again: waits for the answer of a fresh line."""
        self.send("\x15echo sy''nc\r")
        self.expect(r"\nsync\r*\n")
        self.expect(STATUS_PROMPT)

    def wait_for_exit(self, silence=SILENCE_SECONDS):
        """Waits until QEMU has ended; answers its exit status."""
        try:
            self.serial.expect(pexpect.EOF, timeout=silence)
        except pexpect.TIMEOUT:
            raise AssertionError(f"{self.name}: still running; last: {self.serial.buffer[-2000:]!r}") from None
        self.serial.close()
        return self.serial.exitstatus

    # The keyboard and the screen.

    def command(self, name, **arguments):
        """A QMP command; answers what it returned."""
        if self.monitor is None:
            connection = socket.socket(socket.AF_UNIX)
            for _ in range(100):
                try:
                    connection.connect(self.monitor_path)
                    break
                except OSError:
                    time.sleep(0.05)
            self.monitor = connection.makefile("rw")
            connection.close()
            self.monitor.readline()
            self.command("qmp_capabilities")
        self.monitor.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.monitor.flush()
        while True:
            answer = json.loads(self.monitor.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise AssertionError(f"QMP {name}: {answer['error']}")

    def press(self, *keys):
        """Presses the named keys together and lets them go."""
        self.command("send-key", keys=[{"type": "qcode", "data": key} for key in keys], **{"hold-time": 20})
        time.sleep(0.04)

    def type(self, text):
        for character in text:
            self.press(*keys_of(character))

    def screen_text(self):
        """The 80x25 characters of VGA text memory, as lines without trailing blanks."""
        path = os.path.join(self.folder, "cells")
        self.command("pmemsave", val=0xB8000, size=4000, filename=path)
        cells = open(path, "rb").read()
        os.unlink(path)
        rows = [cells[row * 160:row * 160 + 160:2].decode("cp437") for row in range(25)]
        return [row.replace("\0", " ").rstrip() for row in rows]

    def wait_for_screen(self, pattern, seconds=SILENCE_SECONDS):
        """Waits until a line of VGA text matches."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            lines = self.screen_text()
            for line in lines:
                if re.search(pattern, line):
                    return lines
            time.sleep(0.1)
        raise AssertionError(f"{self.name}: {pattern!r} is not on the screen:\n" + "\n".join(lines))

    def screenshot(self, name=None):
        """Saves build/logs/NAME.png and answers the image."""
        from PIL import Image
        path = os.path.join(self.folder, "screen.ppm")
        self.command("screendump", filename=path)
        image = Image.open(path)
        image.load()
        image.save(os.path.join(LOGS, (name or self.name) + ".png"))
        return image


def clean(text):
    """What the command wrote: what follows the marker, without escape sequences."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78]", "", text)
    text = re.sub(r"\r+\n", "\n", text).replace("\r", "")
    return text[text.index("begin\n") + 6:].strip("\n")
