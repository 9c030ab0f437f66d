"""Programs that take everything: the console stays usable."""
from machine import STATUS_PROMPT, Machine


def test_a_memory_eater_is_ended_and_the_shell_goes_on():
    with Machine("memory-eater", memory="64M", append="martlet.exit_on_panic") as machine:
        machine.wait_for_prompt()
        machine.run("true")
        # tail keeps what it cannot yet drop: an endless line without a newline.
        output, status = machine.run("tail -n 1 < /dev/zero", silence=120)
        assert status in (1, 137)
        assert machine.run("echo still here") == ("still here", 0)
        assert machine.run("dd if=/dev/zero of=/tmp/fill bs=1048576 2>/dev/null || cat /dev/zero > /tmp/fill; rm /tmp/fill; echo ok",
                           silence=120)[0].endswith("ok")


def test_a_fork_bomb_meets_limits_and_the_console_survives():
    with Machine("fork-bomb", memory="64M", append="martlet.exit_on_panic") as machine:
        machine.wait_for_prompt()
        machine.run("ulimit -u 2>/dev/null; true")
        machine.send("bomb() { bomb | bomb & }; bomb 2>/dev/null\r")
        machine.expect(STATUS_PROMPT)
        # As long as it takes: every process but init and the caller.
        for _ in range(10):
            assert "gone" in machine.run("kill -9 -1; echo gone", silence=60)[0]
            if int(machine.run("ps -e | wc -l", silence=60)[0].split()[-1]) < 12:
                break
        assert machine.run("echo usable") == ("usable", 0)
