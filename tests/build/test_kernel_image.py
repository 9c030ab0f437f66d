"""Rules of the kernel's image that its symbols show."""
import os
import subprocess

import pytest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.mark.parametrize("variant", ["release", "debug"])
def test_no_static_is_made_at_its_first_use(variant):
    """Two processors could make it at the same moment: the second would undo what the first did, as it once did to
    the lock of memfd_create."""
    image = os.path.join(REPOSITORY, "build", variant, "kernel.debug.elf")
    symbols = subprocess.run(["nm", "--demangle", image], capture_output=True, text=True, check=True).stdout
    assert "create_memfd" in symbols
    assert [line for line in symbols.splitlines() if "guard variable" in line] == []
