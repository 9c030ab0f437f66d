"""Rules of the source tree that a script can check."""
import os
import subprocess

import pytest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.mark.parametrize("check", ["check_layers", "check_docs"])
def test_the_tree_obeys(check):
    result = subprocess.run([os.path.join(REPOSITORY, "scripts", check)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
