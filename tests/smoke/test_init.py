"""init: orphans, respawn, orderly shutdown."""
import pytest

from machine import Machine


def test_orphans_are_reaped(console):
    console.run("for i in 1 2 3 4 5; do (sleep 0.1 &) ; done; sleep 1")
    output, _ = console.run("ps -e -o stat,comm | grep '^Z' | wc -l")
    assert output == "0"


def test_a_shell_that_ends_comes_back(console):
    before, _ = console.run("echo $$")
    console.send("exit\r")
    console.has_status_prompt = False
    console.wait_for_prompt()
    after, _ = console.run("echo $$")
    assert before != after


@pytest.mark.parametrize("command,word", [("poweroff", "powering off"), ("reboot", "rebooting")])
def test_shutdown_tells_programs_first(command, word):
    with Machine(f"shutdown-{command}") as machine:
        machine.wait_for_prompt()
        machine.run("(trap 'echo got TERM > /dev/console; exit' TERM; while :; do sleep 0.1; done) &")
        machine.send(f"{command}\r")
        machine.expect(word)
        machine.expect("got TERM")
        assert machine.wait_for_exit() == 0


def test_the_self_test_entry_runs_it_first():
    with Machine("selftest-entry", append="martlet.selftest") as machine:
        machine.expect(r"self-test: \d+ passed, 0 failed", silence=60)
        machine.wait_for_prompt()
