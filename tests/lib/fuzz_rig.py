"""Builds tests/fuzz and runs it in one boot of Martlet."""
import os
import re
import subprocess
from dataclasses import dataclass

import rig

FOLDER = os.path.join(rig.REPOSITORY, "tests", "fuzz")
SOURCES = ["tests/fuzz/main.cpp", "tests/fuzz/worker.cpp", "tests/fuzz/arguments.cpp"]


@dataclass
class Run:
    calls: int
    failure: str | None
    console: str


def program():
    """The generator, with the list of calls that the kernel's table has now."""
    generated = os.path.join(rig.CACHE, "programs", "fuzz")
    os.makedirs(generated, exist_ok=True)
    listing = os.path.join(generated, "calls.inc")
    table = os.path.join(rig.REPOSITORY, "kernel/syscall/table.cpp")
    subprocess.run([os.path.join(FOLDER, "make_calls.py"), table, listing + ".new"], check=True)
    changed = not os.path.exists(listing) or open(listing).read() != open(listing + ".new").read()
    os.replace(listing + ".new", listing) if changed else os.unlink(listing + ".new")
    binary = os.path.join(rig.CACHE, "programs", "syscall-fuzz")
    if changed and os.path.exists(binary):
        os.unlink(binary)
    return rig.build_program("syscall-fuzz", SOURCES, compiler=("g++",), flags=("-std=c++20", "-g", "-I" + generated))


def verdict(outcome, variant):
    """Why the run is a failure, or None."""
    console = outcome.console.replace("\r", "")
    panic = re.search(r"^(?:\[ *[\d.]+\] )?Kernel panic.*$", console, re.MULTILINE)
    if panic:
        return panic.group(0).strip()
    said = re.search(r"fuzz: FAILED: .*", console)
    if said:
        return said.group(0)
    if outcome.status != 0:
        return f"the machine or the generator stopped (status {outcome.status})"
    if "nothing lost" not in console:
        return "the generator did not end"
    if variant == "debug" and "audit: memory and files add up" not in console:
        return "the audit does not add up: " + " | ".join(re.findall(r"audit: .*", console))
    return None


def run(seed, seconds, variant="release", cpus=2, arguments=()):
    files = rig.Files()
    files.file("syscall-fuzz", program(), 0o755)
    outcome = rig.run("martlet", ["/syscall-fuzz", f"--seed={seed}", f"--seconds={seconds}", *arguments], files, variant=variant,
                      cpus=cpus, seconds=seconds * 3 + 120, append="loglevel=7" if variant == "debug" else "")
    counts = re.findall(r"(\d+) calls", outcome.console)
    result = Run(int(counts[-1]) if counts else 0, verdict(outcome, variant), outcome.console)
    os.makedirs(os.path.join(rig.BUILD, "logs"), exist_ok=True)
    with open(os.path.join(rig.BUILD, "logs", f"fuzz-{seed}.log"), "w", encoding="utf-8") as log:
        log.write(outcome.console)
    return result
