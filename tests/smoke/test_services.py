"""Services: units good and bad in one boot, all started together; control, logs, restarts, shutdown in order."""
import io
import re
import tarfile
import time

import pytest

from machine import Machine, variant_path

QUICK_DEATHS = 100

UNITS = {
    # What works.
    "writer": "[Service]\nExecStart=/bin/sh -c 'echo one; echo two >&2; exec sleep 1000'\n",
    "setup": "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'sleep 0.3; echo setup >> /run/order'\n",
    "second": "[Unit]\nRequires=setup\n[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo second >> /run/order'\n",
    "third": "[Unit]\nAfter=second\n[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo third >> /run/order'\n",
    "daemon": "[Service]\nType=forking\nPIDFile=/run/daemon.pid\n"
              "ExecStart=/bin/sh -c '/bin/sleep 1001 & echo $! > /run/daemon.pid'\n",
    "private": "[Service]\nType=oneshot\nUser=nobody\nGroup=tty\nWorkingDirectory=/usr\nLimitNOFILE=77\n"
               "Environment=\"A=a b\" B=c\nExecStart=/bin/sh -c 'id -un; id -gn; pwd; ulimit -n; echo \"$A $B $HOME\"'\n",
    "phoenix": "[Service]\nRestart=always\nRestartSec=10ms\nExecStart=/bin/sleep 1002\n",
    "stubborn": "[Service]\nTimeoutStopSec=300ms\nExecStart=/bin/sh -c 'trap \"\" TERM; while :; do sleep 0.05; done'\n",
    "leaver": "[Service]\nReloadSignal=HUP\nExecStart=/bin/sh -c 'trap \"echo reloaded\" HUP; setsid -f sleep 1006; setsid -f setsid -f sleep 1007; while :; do sleep 0.05; done'\n",
    "flood": "[Service]\nExecStart=/bin/yes this line comes a hundred million times\n",
    # What does not.
    "missing": "[Service]\nExecStart=/no/such/program\n",
    "nobodys": "[Service]\nUser=nosuchuser\nExecStart=/bin/true\n",
    "liar": "[Service]\nType=forking\nPIDFile=/run/liar.pid\nTimeoutStartSec=200ms\nExecStart=/bin/sh -c 'echo 1 > /run/liar.pid'\n",
    "slow": "[Service]\nType=oneshot\nTimeoutStartSec=200ms\nExecStart=/bin/sleep 1003\n",
    "needy": "[Unit]\nRequires=missing2\n[Service]\nExecStart=/bin/sleep 1004\n",
    "missing2": "[Service]\nType=oneshot\nExecStart=/bin/false\n",
    "red": "[Unit]\nAfter=green\n[Service]\nExecStart=/bin/sleep 1\n",
    "green": "[Unit]\nRequires=blue\n[Service]\nExecStart=/bin/sleep 1\n",
    "blue": "[Unit]\nAfter=red\n[Service]\nExecStart=/bin/sleep 1\n",
    "misspelt": "[Service]\nExecStart=/bin/true\n\nRestrat=always\n",
    "garbage": bytes(range(256)) * 20,
}
for number in range(QUICK_DEATHS):
    UNITS[f"mayfly{number}"] = "[Service]\nRestart=on-failure\nRestartSec=5ms\nExecStart=/bin/false\n"

NOT_AT_BOOT = {"flood", "stubborn", "private"}


def initrd_with_units(folder, units):
    """A copy of the initrd with the units, all but NOT_AT_BOOT in the default target."""
    path = folder / "initrd.tar"
    path.write_bytes(open(variant_path("release", "initrd.tar"), "rb").read())
    with tarfile.open(path, "a", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in units.items():
            body = text if isinstance(text, bytes) else text.encode()
            info = tarfile.TarInfo(f"etc/services/{name}.service")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
            if name not in NOT_AT_BOOT:
                link = tarfile.TarInfo(f"etc/services/default.target/{name}")
                link.type, link.linkname = tarfile.SYMTYPE, f"../{name}.service"
                archive.addfile(link)
    return path


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    initrd = initrd_with_units(tmp_path_factory.mktemp("services"), UNITS)
    with Machine("services", initrd=str(initrd), append="martlet.exit_on_panic quiet") as booted:
        booted.wait_for_prompt()
        booted.boot_text = booted.serial.before
        yield booted


def states(machine):
    output, status = machine.run("svc list | cat")
    assert status == 0
    return {line.split()[0]: line.split()[1] for line in output.splitlines()[1:]}


def wait_for_states(machine, wanted):
    deadline = time.monotonic() + 30
    while True:
        found = states(machine)
        different = {name: found.get(name) for name, state in wanted.items() if found.get(name) != state}
        if not different or time.monotonic() > deadline:
            assert not different
            return
        time.sleep(0.3)


def test_everything_starts_or_fails_as_it_should(machine):
    wanted = {f"mayfly{number}": "failed" for number in range(QUICK_DEATHS)}
    wanted |= dict.fromkeys(["writer", "daemon", "phoenix", "leaver", "getty@ttyS0", "getty@tty1"], "running")
    wanted |= dict.fromkeys(["setup", "second", "third"], "done")
    wanted |= dict.fromkeys(["missing", "nobodys", "liar", "slow", "needy", "missing2", "red", "green", "blue"], "failed")
    wanted |= dict.fromkeys(["misspelt", "garbage"], "failed")
    wanted |= dict.fromkeys(NOT_AT_BOOT, "stopped")
    wait_for_states(machine, wanted)
    assert machine.run("cat /run/order") == ("setup\nsecond\nthird", 0)


def test_the_console_names_files_lines_and_cycles(machine):
    assert "/etc/services/misspelt.service:4: unknown key" in machine.boot_text
    assert "/etc/services/garbage.service:1: not a text file" in machine.boot_text
    assert re.search(r"init: terminals start \d\.\d+ s after the kernel; still starting: .* and \d+ more", machine.boot_text)
    assert re.search(r"dependency cycle: (blue -> red -> green -> blue|red -> green -> blue -> red|green -> blue -> red -> green)",
                     machine.boot_text)


@pytest.mark.parametrize("name,reason", [
    ("missing", "cannot run /no/such/program: No such file or directory"),
    ("nobodys", "there is no user nosuchuser"),
    ("liar", "/run/liar.pid names no process of the service"),
    ("slow", "did not start in time"),
    ("needy", "requires missing2, which does not run: exited with status 1"),
    ("mayfly7", "exited with status 1, 5 times in a row"),
    ("misspelt", "/etc/services/misspelt.service:4: unknown key"),
])
def test_status_gives_the_reason(machine, name, reason):
    output, status = machine.run(f"svc status {name}")
    assert reason in output and "state: failed since 20" in output and status == 3


def test_status_shows_process_and_log(machine):
    output, status = machine.run("svc status writer")
    assert status == 0 and "state: running since 20" in output
    pid = re.search(r"pid: (\d+)", output).group(1)
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d one\n20.* two", output)
    assert machine.run(f"cat /proc/{pid}/comm") == ("sleep", 0)
    daemon, _ = machine.run("svc status daemon | sed -n 's/.*pid: //p'; cat /run/daemon.pid")
    assert len(set(daemon.split())) == 1


def test_user_directory_limits_and_environment(machine):
    assert machine.run("svc start private") == ("", 0)
    output, _ = machine.run("svc logs private | cut -c 21-")
    assert output.splitlines()[:5] == ["nobody", "tty", "/usr", "77", "a b c /nonexistent"]


def test_start_stop_restart(machine):
    before, _ = machine.run("svc status phoenix | grep pid:")
    assert machine.run("svc restart phoenix")[1] == 0
    after, _ = machine.run("svc status phoenix | grep pid:")
    assert before != after
    machine.run("kill -9 $(svc status phoenix | sed -n 's/.*pid: //p'); sleep 0.5")
    assert machine.run("svc status phoenix | grep -c -e restarts -e running") == ("2", 0)
    assert machine.run("svc stop phoenix") == ("", 0)
    assert states(machine)["phoenix"] == "stopped"
    output, status = machine.run("svc start missing nothing")
    assert status == 1 and "cannot start missing: cannot run /no/such/program" in output
    assert "cannot start nothing: /etc/services/nothing.service is not there" in output
    assert machine.run("svc start stubborn && sleep 0.3 && svc stop stubborn && svc status stubborn | grep -c signal.9") == ("1", 0)
    # A daemon that never names its process is stopped while it is waited for.
    machine.run("printf 'Type=forking\\nPIDFile=/run/no.pid\\nExecStart=/bin/true\\n' > /etc/services/nameless.service")
    machine.run("(svc start nameless &); sleep 0.5")
    assert machine.run("svc stop nameless; svc status nameless | grep -c stopped") == ("1", 0)
    assert machine.run("svc stop setup && svc status second | grep -c stopped") == ("1", 0)


def test_what_left_its_session_is_stopped_with_its_service(machine):
    sleepers = "ps -e -o args | grep -c '^sleep 100[67]'"
    assert machine.run(sleepers) == ("2", 0)
    assert machine.run("svc reload leaver; sleep 0.3; svc logs leaver | grep -c reloaded") == ("1", 0)
    output, status = machine.run("svc reload writer")
    assert status == 1 and "it has no ReloadSignal" in output
    assert machine.run(f"svc stop leaver; {sleepers}") == ("0", 1)
    assert machine.run("svc start leaver; kill -9 $(svc status leaver | sed -n 's/.*pid: //p'); sleep 0.5; " + sleepers) == ("0", 1)


def test_enable_and_disable(machine):
    assert machine.run("svc enable flood && ls /etc/services/default.target/flood")[1] == 0
    assert machine.run("svc disable flood && ls /etc/services/default.target/flood")[1] != 0
    output, status = machine.run("svc enable ../../tmp/x")
    assert status == 1 and "not the name of a unit" in output


def test_users_may_look_but_not_change(machine):
    assert machine.run("su nobody -s /bin/sh -c 'svc list' | grep -c '^writer '") == ("1", 0)
    output, status = machine.run("su nobody -s /bin/sh -c 'svc stop writer'")
    assert status == 1 and "only root and the group wheel" in output
    assert machine.run("su martlet -c 'svc restart writer'") == ("", 0)


def test_a_service_that_writes_without_end_is_rotated_and_leaves_the_rest_alone(machine):
    machine.run("svc start flood; sleep 2")
    started = time.monotonic()
    assert machine.run("svc status writer >/dev/null") == ("", 0)
    assert time.monotonic() - started < 10
    assert machine.run("svc stop flood") == ("", 0)
    sizes, _ = machine.run("stat -c %s /var/log/services/flood.log.[0-9]")
    assert len(sizes.split()) == 3 and all(int(size) < 1_200_000 for size in sizes.split())
    memory, _ = machine.run("sed -n 's/VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/1/status /proc/$(pidof logd)/status")
    assert all(int(kilobytes) < 2000 for kilobytes in memory.split())


def test_init_survives_every_signal_and_leaves_no_zombies(machine):
    # Not those that end the system: INT, TERM, USR1, USR2; 0 is none.
    machine.run("for s in $(seq 1 64); do case $s in 2|10|12|15|32|33) ;; *) kill -$s 1;; esac; done")
    kilobytes = "sed -n '/VmRSS:\\|MemFree:/s/[^0-9]//gp' /proc/1/status /proc/meminfo"
    before = None
    for _ in range(2):
        machine.run("for i in $(seq 1 1000); do (true &) ; done; sleep 0.5")
        assert machine.run("ps -e -o stat,comm | grep -c '^Z'") == ("0", 1)
        after = [int(number) for number in machine.run(kilobytes)[0].split()]
        before = before or after
    assert after[0] == before[0] and after[1] > before[1] - 1000
    assert states(machine)["getty@ttyS0"] == "running"


def test_a_hundred_may_wait_for_one_service_and_others_be_heard(machine):
    assert machine.run("printf 'Type=oneshot\\nExecStart=/bin/sleep 3\\n' > /etc/services/nap.service") == ("", 0)
    machine.run("(for i in $(seq 100); do svc start nap & done; svc status writer; wait) > /tmp/heard 2>&1", silence=60)
    output, _ = machine.run("grep -v '^20\\|^ \\|^started' /tmp/heard; svc status nap | grep -c state:.done")
    assert output.split() == ["writer", "1"]


def test_the_end_of_a_log_that_grows_has_the_lines_asked_for(machine):
    machine.run("svc start flood; sleep 0.5")
    assert int(machine.run("svc logs -n 3 flood | wc -l")[0]) <= 3
    assert machine.run("svc stop flood") == ("", 0)


def test_a_killed_log_keeper_comes_back(machine):
    machine.run("kill -9 $(pidof logd); sleep 1.2; logger -t smoke still here; sleep 0.3")
    assert machine.run("grep -c 'user.notice smoke: still here' /var/log/messages") == ("1", 0)
    machine.run("svc restart writer; sleep 0.3")
    assert machine.run("svc logs -n 2 writer | cut -c 21-")[0].split()[-2:] == ["one", "two"]


def test_sysctl(machine):
    assert machine.run("sysctl kernel.ostype kernel/hostname") == ("kernel.ostype = Linux\nkernel.hostname = martlet", 0)
    assert machine.run("sysctl -w kernel.hostname=other && hostname; sysctl -qn kernel.hostname=martlet; sysctl -n kernel.hostname")[0] \
        == "kernel.hostname = other\nother\nmartlet"
    output, status = machine.run("printf '# x\n-no.such = 1\nkernel.printk = 3 4 1 7\nbroken\n' > /tmp/c; sysctl -p /tmp/c")
    assert status == 1 and "kernel.printk = 3 4 1 7" in output and "/tmp/c(4): not NAME = VALUE" in output
    output, status = machine.run("sysctl no.such kernel.ostype=x")
    assert status == 1 and "/proc/sys/no/such: No such file" in output
    assert int(machine.run("sysctl -aN | wc -l")[0]) > 20


def test_shutdown_stops_in_reverse_order(machine):
    machine.run(r"""for n in 1 2; do printf "[Unit]\n%s\n[Service]\nExecStart=/bin/sh -c 'trap \"echo last$n >/dev/console; exit\" """
                r"""TERM; while :; do sleep 0.02; done'\n" "$([ $n = 2 ] && echo Requires=last1)" > /etc/services/last$n.service; done""")
    assert machine.run("svc start last2 && svc start stubborn && sleep 0.3") == ("", 0)
    # Two that were started one by one and want to stop after each other do not hold the end up.
    for name, other in (("egg", "hen"), ("hen", "egg")):
        machine.run(f"printf '[Unit]\\nAfter={other}\\n[Service]\\nExecStart=/bin/sleep 1005\\n' > /etc/services/{name}.service")
        assert machine.run(f"svc start {name}") == ("", 0)
    machine.send("poweroff\r")
    machine.expect(r"last2\r*\n(?s:.*)last1")
    assert machine.wait_for_exit() == 0


def test_boot_shows_what_started_and_how_long_it_took(tmp_path):
    units = {name: UNITS[name] for name in ("writer", "daemon")}
    with Machine("services-few", initrd=str(initrd_with_units(tmp_path, units)), append="quiet") as few:
        few.wait_for_prompt()
        lines = re.findall(r"init: (.*?)\r", few.serial.before)
        assert sorted(line.split(":")[0] for line in lines[:2]) == ["daemon", "writer"]
        assert all(re.fullmatch(r"\w+: running after 0\.\d{4} s", line) for line in lines[:2])
        assert re.fullmatch(r"terminals start \d\.\d{4} s after the kernel", lines[2])
