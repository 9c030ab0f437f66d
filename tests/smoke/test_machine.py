"""The same kernel on other machines and processors: chipsets, clocks, missing features, and what a panic shows."""
import pytest

from machine import Machine

PANIC_STATUS = 255


@pytest.mark.parametrize("name,options", [
    ("q35", dict(extra=("-M", "q35"))),
    ("four processors", dict(extra=("-smp", "4"))),
    ("no ACPI tables", dict(extra=("-no-acpi",))),
    ("no HPET", dict(extra=("-M", "pc,hpet=off"))),
    ("no FSGSBASE, SMEP, SMAP, XSAVE", dict(append="nofsgsbase nosmep nosmap noxsave")),
    ("HPET clock", dict(append="clocksource=hpet")),
    ("PM timer clock", dict(append="clocksource=acpi_pm")),
])
def test_works_on(name, options):
    with Machine("machine " + name, **options) as machine:
        machine.wait_for_prompt()
        assert machine.run("sleep 1 && echo slept") == ("slept", 0)


@pytest.mark.parametrize("processors,append,used", [
    (1, "", 1), (2, "", 2), (4, "", 4), (16, "", 16), (4, "maxcpus=1", 1), (4, "maxcpus=3", 3), (4, "nosmp", 1), (2, "nox2apic", 2)])
def test_uses_the_processors_it_finds_and_may(processors, append, used, monkeypatch):
    if processors > 4:
        monkeypatch.setenv("ACCEL", "tcg,thread=single")  # QEMU 7.2 itself sometimes dies of SIGSEGV with a thread for each
    with Machine(f"{processors} processors {append}", append=append, extra=("-smp", str(processors))) as machine:
        machine.wait_for_prompt()
        assert machine.run("nproc") == (str(used), 0)
        assert machine.run("grep -c ^processor /proc/cpuinfo") == (str(used), 0)
        assert machine.run("grep -c '^cpu[0-9]' /proc/stat") == (str(used), 0)
        columns, _ = machine.run("head -n 1 /proc/interrupts")
        assert columns.split() == [f"CPU{number}" for number in range(used)]
        # Work goes to all of them, and the timer of each has run.
        machine.run("for i in $(seq %d); do seq 20000 | sort -n > /dev/null & done; wait" % (2 * used), silence=120)
        counts, _ = machine.run("grep LOC: /proc/interrupts")
        assert all(int(count) > 0 for count in counts.split()[1:1 + used])


@pytest.mark.parametrize("cpu,word", [("qemu32", "64-bit"), ("qemu64,-nx", "NX"), ("qemu64,-sse2", "SSE2")])
def test_a_processor_that_lacks_something_is_told_what(cpu, word):
    with Machine("lacks " + word, cpu=cpu) as machine:
        machine.expect("Martlet cannot run here: .*" + word)
        assert any("cannot run here" in line for line in machine.screen_text())


def test_panic_shows_where_and_who_on_serial_and_screen():
    with Machine("panic", append="loglevel=4") as machine:
        machine.wait_for_prompt()
        machine.wait_for_screen(r"# *$")  # nobody runs in user mode any more
        machine.command("inject-nmi")
        machine.expect("Kernel panic: non-maskable interrupt")
        machine.expect('CPU 0, thread "')
        # Every thread has come by one of these two ways.
        bottom = r"^ *[0-9a-f]{16}  (context_first_run|boot_main)\+0x"
        machine.expect(r"Backtrace:\s+[0-9a-f]{16}  [A-Za-z]\w*(::~?\w+)*\+0x")
        machine.expect("(?m)" + bottom)
        machine.wait_for_screen("Kernel panic: non-maskable interrupt")
        machine.wait_for_screen(bottom)


def test_panic_leaves_the_emulator_when_asked():
    with Machine("panic exit", append="martlet.exit_on_panic") as machine:
        machine.wait_for_prompt()
        machine.command("inject-nmi")
        assert machine.wait_for_exit() == PANIC_STATUS


def test_stays_right_when_preempted_all_the_time():
    with Machine("preempted", append="martlet.preempt_every_ns=20000") as machine:
        machine.wait_for_prompt()
        machine.run("f() { seq 500 | sort -rn | tail -n 1; }")
        output, status = machine.run("for i in 1 2 3 4 5 6; do f & done; wait")
        assert output.split("\n").count("1") == 6
        assert status == 0
