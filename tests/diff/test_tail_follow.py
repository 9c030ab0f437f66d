"""tail -f shows what is appended at once, not at its next look.

The tools are taken from $MARTLET_ROOT/bin (default build/root).
"""
import os
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("MARTLET_ROOT", Path(__file__).resolve().parents[2] / "build" / "root")).resolve()


@pytest.mark.parametrize("how", ["-f", "-F", "--follow=name"])
def test_appended_lines_come_before_the_interval_is_over(tmp_path, how):
    log = tmp_path / "log"
    log.write_text("first\n")
    # An interval that no test waits for: each line has to come by itself.
    with subprocess.Popen([ROOT / "bin" / "tail", how, "-s", "100", log], stdout=subprocess.PIPE, text=True) as tail:
        try:
            assert tail.stdout.readline() == "first\n"
            began = time.monotonic()
            for number in range(20):
                with open(log, "a", encoding="ascii") as file:
                    file.write(f"{number}\n")
                assert tail.stdout.readline() == f"{number}\n"
            assert time.monotonic() - began < 50
        finally:
            tail.terminate()


def test_a_file_that_takes_the_name_is_followed(tmp_path):
    log = tmp_path / "log"
    log.write_text("old\n")
    with subprocess.Popen([ROOT / "bin" / "tail", "-F", "-s", "0.1", log], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
        try:
            assert tail.stdout.readline() == "old\n"
            (tmp_path / "new").write_text("new\n")
            (tmp_path / "new").rename(log)
            assert tail.stdout.readline() == "new\n"
            assert "replaced" in tail.stderr.readline()
        finally:
            tail.terminate()
