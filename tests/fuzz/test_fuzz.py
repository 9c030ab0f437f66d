"""A short run of the generator; scripts/fuzz --minutes N makes long ones."""
import pytest

import fuzz_rig


@pytest.mark.parametrize("variant", ["release", "debug"])
def test_random_calls_neither_crash_nor_hang_nor_leak(variant):
    run = fuzz_rig.run(seed=1, seconds=12, variant=variant, cpus=2)
    assert run.failure is None, run.console[-4000:]
    assert run.calls > 10000
