"""Debian's unmodified programs print on Martlet what they print on Linux: one boot per group of packages."""
import concurrent.futures
import subprocess

import pytest

import debian_root
import real_programs
import rig

ALL = [(group, name) for group in debian_root.GROUPS for name in real_programs.names(group)]
RESULTS = {}


def results(group):
    if group not in RESULTS:
        wanted = real_programs.names(group)
        try:
            debian_root.archive(group)
            rig.linux_kernel()
        except subprocess.CalledProcessError as error:
            pytest.skip(f"Debian's packages cannot be fetched here: {error}")
        # Each machine takes one processor of the host.
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            linux = pool.submit(real_programs.on_linux, group, wanted)
            martlet = pool.submit(real_programs.boot, "martlet", group, wanted)
            RESULTS[group] = (linux.result(), *martlet.result())
    return RESULTS[group]


@pytest.mark.parametrize("group,name", ALL)
def test_prints_what_linux_prints(group, name):
    linux, martlet, console = results(group)
    assert name in martlet, f"did not end:\n{console[-3000:]}"
    assert martlet[name] == linux[name]
