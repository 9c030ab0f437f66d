"""A moment of fuzzing for each parser of foreign text; scripts/fuzz_parsers makes long runs."""
import pathlib
import re
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["sh", "sed", "awk", "gzip", "tar", "regex", "keymap", "terminal"])
def test_parser_survives_mutated_input(name):
    done = subprocess.run(["scripts/fuzz_parsers", "1", name], cwd=REPOSITORY, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + (REPOSITORY / "build/fuzz" / name / "log").read_text(errors="replace")[-4000:]
    assert re.search(r"no finding in [1-9]\d* runs", done.stdout), done.stdout
