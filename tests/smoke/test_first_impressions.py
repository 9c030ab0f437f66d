"""What a person meets first: message of the day, help, examples, files of /etc."""
import os

import pytest

from machine import Machine, variant_path

EXAMPLES = os.path.join(variant_path("release", "root"), "usr/share/examples")


@pytest.fixture(scope="module")
def machine():
    with Machine("first-impressions", append="martlet.login=martlet quiet") as booted:
        booted.wait_for_prompt()
        booted.greeting = booted.serial.before
        yield booted


def test_the_greeting_tells_what_to_try(machine):
    for word in ("Welcome to Martlet", "help", "man ", "svc list", "examples"):
        assert word in machine.greeting
    assert "\x1b[1;32mmartlet@martlet\x1b[0m:\x1b[1;34m~" in machine.greeting


def test_help_names_every_command(machine):
    output, status = machine.run("help")
    words = output.split()
    assert status == 0 and not [name for name in machine.run("ls /bin")[0].split()
                                if name not in words and name not in ("'['", "coreutils", "sh")]
    assert "Usage: cp " in machine.run("help cp")[0]
    assert machine.run("help nonsense")[1] == 1


def test_the_files_of_etc_say_what_they_should(machine):
    assert machine.run(". /etc/os-release; echo $ID $VERSION_ID; echo $PRETTY_NAME")[0].startswith("martlet 0.")
    assert machine.run("echo $EDITOR $PATH")[0] == "vi /usr/local/bin:/bin:/usr/bin:/sbin:/usr/sbin"
    for name in ("fstab", "group", "hostname", "hosts", "motd", "passwd", "profile", "protocols", "shells", "sysctl.conf"):
        assert machine.run(f"test -s /etc/{name}") == ("", 0), name
    assert machine.run("nologin")[1] == 1


def test_all_examples_run(machine):
    names = sorted(name for name in os.listdir(EXAMPLES) if name.endswith((".sh", ".awk")))
    assert len(names) >= 10
    machine.run("cd examples")
    for name in names:
        arguments = {"words.awk": "/etc/motd", "options.sh": "-a 'see the examples'"}.get(name, "")
        output, status = machine.run(f"seq 1 100 | ./{name} {arguments}")
        assert status == 0 and len(output) > 20, (name, output)
    assert machine.run("./primes.sh 30")[0].split() == "2 3 5 7 11 13 17 19 23 29".split()
    assert machine.run("./hanoi.sh 6 | tail -n 1")[0] == "63 moves"
    assert machine.run("./options.sh -d 1")[0] == "Nothing to do."
    assert machine.run("./maze.awk seed=7 | md5sum")[0] == machine.run("./maze.awk seed=7 | md5sum")[0]
    assert machine.run("./pipes.sh | tail -n 1")[0].strip() == "100 numbers, their sum is 5050"


def test_the_example_of_a_service_runs(machine):
    machine.send("su -c 'cp services/clock.service /etc/services && svc start clock'\r")
    machine.expect("Password: ")
    machine.send("martlet\r")
    machine.expect(r"\]ready ")
    assert machine.run("sleep 0.5; svc status clock | grep -c -e running -e 'it is'") == ("2", 0)
