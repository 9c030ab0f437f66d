"""Fixtures of the smoke tests."""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from machine import Machine  # noqa: E402


@pytest.fixture(scope="module")
def console(request):
    """A machine at its prompt on the serial port, shared by the tests of a module."""
    with Machine(request.module.__name__) as machine:
        machine.wait_for_prompt()
        yield machine
