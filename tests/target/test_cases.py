"""Differential cases on Martlet itself: what the tools and the shell print and leave there must be what the same programs
print and leave on the host, where tests/diff compares them with others.

Every 40th case runs; CASES_ON_MARTLET=N/M chooses case N, N + M, N + 2 M … (0/1: all, which takes minutes).
"""
import os
import pathlib
import re
import stat
import subprocess
import sys
import tarfile

import rig

REPOSITORY = pathlib.Path(rig.REPOSITORY)
sys.path.append(str(REPOSITORY / "tests" / "diff"))
import test_coreutils
import test_sh

RUNNER = REPOSITORY / "tests" / "lib" / "case_runner.sh"
# What tells of the kernel, the machine, the home directory, the file system's sizes or the time, or takes files and programs of the host.
LEFT_OUT = re.compile(r"/usr/|/bin/|/proc|/sys|/lib|/etc|ls .*-\w*l|--format=long|pr -m s|stat -c '%n %s|mount -t|chown daemon|tree -|"
                      r"[\s:=\"-]~[:/}\s;r]|"
                      r"\b(uname|nproc|ps|df|du|gcc|mountpoint|lspci|which|gzip -r|HOME|pwdx|prlimit|chgrp|chrt|unshare|getconf|uptime)\b")


def chosen():
    """{name: (shown name, script, standard input)} of the cases wanted."""
    first, step = map(int, os.environ.get("CASES_ON_MARTLET", "0/40").split("/"))
    cases = [(case.name, f"PATH=$TOOLS\n{case.setup}\n{case.command}\n", "") for case in test_coreutils.all_cases()]
    cases += [(case.name, case.script, case.stdin) for case in test_sh.all_cases()]
    cases = [case for case in cases if not LEFT_OUT.search(case[1])]
    return {f"{number:05}": case for number, case in enumerate(cases) if number % step == first}


def results(output):
    return dict(re.findall(r"^=== (\d+) (.*?) *$", output.replace("\r", ""), re.MULTILINE))


def on_host(cases, folder):
    for name, (_, script, given) in cases.items():
        (folder / f"{name}.sh").write_text(script)
        if given:
            (folder / f"{name}.in").write_text(given)
    tools = test_coreutils.tools_directory()
    shell = str(test_sh.SHELL)
    os.symlink(shell, os.path.join(tools, "sh"))
    done = subprocess.run([shell, str(RUNNER), str(folder)], env={"TOOLS": tools, "TERM": "dumb"}, capture_output=True, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, timeout=600, check=False)
    return results(done.stdout)


def on_martlet(cases):
    files = rig.Files()
    with tarfile.open(REPOSITORY / "build" / "initrd.tar") as tar:
        for info in tar:
            name = info.name.removeprefix("./").strip("/")
            if info.isdir() and name:
                files.entries[name] = (stat.S_IFDIR | info.mode, b"")
            elif info.issym():
                files.link(name, info.linkname)
            elif info.isreg() and name != "init":
                files.file(name, tar.extractfile(info).read(), info.mode)
    files.file("runner", RUNNER.read_bytes())
    for name, (_, script, given) in cases.items():
        files.file(f"cases/{name}.sh", script.encode())
        if given:
            files.file(f"cases/{name}.in", given.encode())
    outcome = rig.run("martlet", ["/bin/env", "TOOLS=/bin:/sbin:/usr/bin:/usr/sbin", "TERM=dumb", "/bin/sh", "/runner", "/cases"],
                      files=files, memory="1G", seconds=2400)
    return results(outcome.output)


def test_cases_end_as_on_linux(tmp_path):
    cases = chosen()
    expected = on_host(cases, tmp_path)
    assert set(expected) == set(cases)
    found = on_martlet(cases)
    different = [f"{cases[name][0]}\n  Linux:   {expected[name]}\n  Martlet: {found.get(name)}"
                 for name in sorted(cases) if found.get(name) != expected[name]]
    assert not different, "\n".join([f"{len(different)} of {len(cases)} cases"] + different[:60])
