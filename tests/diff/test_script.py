"""script on a terminal: the size of the window, a change of it, keys in raw mode, and what the file holds."""
import os
import tempfile
from pathlib import Path

import pexpect

HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()


def test_session_on_a_terminal():
    with tempfile.TemporaryDirectory() as directory:
        log = os.path.join(directory, "log")
        command = "trap 'stty size' WINCH; stty size; read line; echo got $line; read line; exit 7"
        child = pexpect.spawn(str(ROOT / "bin" / "coreutils"), ["script", "-qec", command, log], dimensions=(30, 100),
                              env={**os.environ, "SHELL": "/bin/bash"}, timeout=10)
        child.expect("30 100\r\n")
        child.setwinsize(20, 70)
        child.send("typed\r")
        child.expect("20 70\r\n")
        child.expect("got typed\r\n")
        child.send("\x03")  # raw outside: the terminal inside makes the signal of it
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 128 + 2
        text = Path(log).read_bytes().decode()
        assert 'COLUMNS="100" LINES="30"]' in text.splitlines()[0]
        assert "30 100\r\n" in text and "got typed\r\n" in text
        assert text.endswith('[COMMAND_EXIT_CODE="130"]\n')
