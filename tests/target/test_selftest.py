"""The self-test on the host's Linux (which proves the cases) and on Martlet, release and debug, also under constant
preemption."""
import os
import re
import subprocess

import pytest

from machine import BUILD, Machine

CONFIGURATIONS = [("release", "", "max", 4), ("debug", "", "max", 1), ("debug", "", "max", 2),
                  ("debug", "martlet.preempt_every_ns=20000", "qemu64", 2)]


def parse(output):
    """{case: None or reason} of the lines that the self-test wrote."""
    results = {}
    for line in output.splitlines():
        match = re.match(r"(ok|FAIL) (\w+\.\w+)(?:: (.*))?$", line.strip())
        if match:
            results[match.group(2)] = None if match.group(1) == "ok" else match.group(3)
    return results


def cases():
    program = os.path.join(BUILD, "root/usr/bin/self-test")
    if not os.path.exists(program):
        return ["missing.self_test"]
    return subprocess.run([program, "-l"], capture_output=True, text=True, check=True).stdout.split()


def name_of(configuration):
    return "-".join(str(part) for part in configuration if part).replace("=", "-")


@pytest.fixture(scope="module", params=CONFIGURATIONS, ids=lambda c: name_of(c))
def results(request):
    variant, option, cpu, processors = request.param
    with Machine("selftest-" + name_of(request.param), variant=variant, cpu=cpu, extra=("-smp", str(processors)), append=f"quiet martlet.exit_on_panic {option}") as machine:
        machine.wait_for_prompt()
        machine.send("self-test\r")
        machine.expect(r"self-test: \d+ passed, \d+ failed", silence=120)
        text = machine.serial.before
        machine.send("poweroff\r")
        status = machine.wait_for_exit()
    return parse(text), status


@pytest.fixture(scope="module")
def host_results():
    output = subprocess.run([os.path.join(BUILD, "root/usr/bin/self-test")], capture_output=True, text=True, timeout=300).stdout
    return parse(output)


@pytest.mark.parametrize("case", cases())
def test_on_linux(host_results, case):
    assert case in host_results, "did not run"
    assert host_results[case] is None


@pytest.mark.parametrize("case", cases())
def test_on_martlet(results, case):
    assert case in results[0], "did not run"
    assert results[0][case] is None


def test_the_machine_powered_off_cleanly(results):
    assert results[1] == 0
