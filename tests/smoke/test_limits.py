"""Programs that take everything: the console stays usable."""
import re

import rig
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


def test_the_out_of_memory_killer_frees_memory_and_says_what_it_did():
    with Machine("oom-killer", memory="64M", append="martlet.exit_on_panic") as machine:
        machine.wait_for_prompt()
        # Neither buffer is too large alone; both together do not fit.
        machine.run("dd if=/dev/zero of=/dev/null bs=32M count=20 2>/dev/null & dd if=/dev/zero of=/dev/null bs=32M count=20 2>/dev/null; wait",
                    silence=120)
        log = machine.run("dmesg | grep -i -e 'out of memory' -e oom-killer")[0]
        assert "dd invoked oom-killer: " in log
        assert re.search(r"Out of memory: Killed process \d+ \(dd\) total-vm:\d+kB, anon-rss:\d+kB, .* oom_score_adj:0", log)
        assert "free" in log and "page cache" in log
        assert machine.run("dmesg | grep -c ' dd$'")[0].split()[-1] != "0"  # the table
        # What the victim had is free again: as much fits now.
        assert machine.run("dd if=/dev/zero of=/dev/null bs=32M count=2")[1] == 0
        assert machine.run("echo usable") == ("usable", 0)


def test_promises_can_be_limited():
    with Machine("overcommit", append="martlet.exit_on_panic") as machine:
        machine.wait_for_prompt()
        large = "dd if=/dev/zero of=/dev/null bs=100M count=1"
        assert machine.run(large)[1] == 0
        # Half of memory, less what is kept for the administrator: not even promised.
        assert machine.run("echo 2 > /proc/sys/vm/overcommit_memory; cat /proc/sys/vm/overcommit_memory") == ("2", 0)
        assert machine.run(large)[1] != 0
        assert machine.run("echo 100 > /proc/sys/vm/overcommit_ratio; dd if=/dev/zero of=/dev/null bs=50M count=1")[1] == 0
        assert machine.run("echo 3 > /proc/sys/vm/overcommit_memory")[1] != 0
        assert machine.run("echo 1 > /proc/sys/vm/overcommit_memory; " + large)[1] == 0
        assert "ut of memory" not in machine.run("dmesg")[0]


def test_a_fork_bomb_meets_limits_and_the_console_survives():
    with Machine("fork-bomb", memory="64M", append="martlet.exit_on_panic") as machine:
        machine.wait_for_prompt()
        machine.run("ulimit -u 2>/dev/null; true")
        machine.send("bomb() { bomb | bomb & }; bomb 2>/dev/null\r")
        machine.expect(STATUS_PROMPT)
        # As long as it takes: every process but init and the caller.
        for _ in range(10):
            assert "gone" in machine.run("kill -9 -1; echo gone", silence=60)[0]
            # The shell's notice of the killed job may stand behind the number.
            if int(re.search(r"^\d+$", machine.run("ps -e | wc -l", silence=60)[0], re.MULTILINE).group()) < 12:
                break
        assert machine.run("echo usable") == ("usable", 0)


def test_exhaustion_gives_errors_and_leaves_a_usable_system():
    files = rig.Files()
    files.file("limits", rig.build_program("limits", ["tests/smoke/limits.c"]), 0o755)
    outcome = rig.run("martlet", ["/limits"], files, memory="1G", cpus=2, seconds=240)
    assert outcome.output.split("\n")[:9] == [
        "threads: thousands came and went", "recursion: signal 11", "processes: 399 children, then EAGAIN",
        "processes: one more afterwards", "memory: ended", "descriptors: up to 999, then EMFILE, pipe EMFILE, then 10 again",
        "pipes: hundreds", "afterwards: usable", ""], outcome.console[-3000:]
    assert outcome.status == 0


def test_a_process_is_killed_before_a_call_fails_for_want_of_memory():
    files = rig.Files()
    files.file("limits", rig.build_program("limits", ["tests/smoke/limits.c"]), 0o755)
    outcome = rig.run("martlet", ["/limits", "kernel-memory"], files, memory="96M", cpus=2, seconds=120)
    assert outcome.output == "kernel memory: the victim goes first\n", outcome.console[-3000:]
    assert outcome.status == 0


def test_a_mapped_device_may_be_larger_than_memory():
    files = rig.Files()
    files.file("limits", rig.build_program("limits", ["tests/smoke/limits.c"]), 0o755)
    outcome = rig.run("martlet", ["/limits", "mapped-device"], files, memory="64M", cpus=2, seconds=120)
    assert outcome.output == "mapped device: read twice\n", outcome.console[-3000:]
    assert "ut of memory" not in outcome.console
    assert outcome.status == 0
