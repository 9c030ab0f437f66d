"""Runs every case of tests/diff/coreutils/*.cases with Martlet's tools and with the host's, and compares standard
output, exit status, whether there was a message, and the files left behind.

The tools are taken from $MARTLET_ROOT/bin (default build/root). `python3 tests/diff/test_coreutils.py [FILE...]` runs the
same without pytest and shows each difference. The format of the case files is described in coreutils/README.md.
"""
import concurrent.futures
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()
HOST_PATH = "/usr/bin:/bin:/usr/sbin:/sbin"
TIME_LIMIT_SECONDS = 20


@dataclass
class Case:
    file: str
    line: int
    setup: str
    command: str = ""
    reason: str | None = None
    expected: str = ""
    expected_status: int = 0

    @property
    def name(self):
        return f"{self.file}:{self.line}: {self.command.splitlines()[0][:70] if self.command else ''}"


def read_cases(path):
    cases, setup, reason, reading_setup = [], [], None, False
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith("setup:"):
            setup, reading_setup = [], True
        elif reading_setup and line.startswith("    "):
            setup.append(line[4:])
        elif line.startswith("$ "):
            cases.append(Case(path.stem, number, "\n".join(setup), line[2:], reason))
            reason, reading_setup = None, False
        elif line.startswith("> "):
            cases[-1].command += "\n" + line[2:]
        elif line.startswith("! "):
            reason = line[2:]
        elif line.startswith("=status "):
            cases[-1].expected_status = int(line.split()[1])
        elif line.startswith("="):
            cases[-1].expected += line[2:] + "\n"
        elif line and not line.startswith("#"):
            raise ValueError(f"{path}:{number}: not understood: {line}")
    return cases


def all_cases(names=()):
    files = sorted((HERE / "coreutils").glob("*.cases"))
    return [case for path in files if not names or path.stem in names for case in read_cases(path)]


def tools_directory():
    """A directory with a link for every tool, `[` among them."""
    program = ROOT / "bin" / "coreutils"
    if not program.exists():
        raise FileNotFoundError(f"{program}: build first, or set MARTLET_ROOT")
    directory = tempfile.mkdtemp(prefix="martlet-tools-")
    for name in subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split():
        os.symlink(program, os.path.join(directory, name))
    return directory


@dataclass
class Outcome:
    output: bytes
    status: int
    complained: bool
    message: str
    files: dict = field(default_factory=dict)


def describe_files(top):
    files = {}
    for directory, names, leaves in os.walk(top):
        for name in names + leaves:
            path = os.path.join(directory, name)
            info = os.lstat(path)
            kind = stat.S_IFMT(info.st_mode)
            content = b""
            if stat.S_ISREG(info.st_mode):
                with open(path, "rb") as stream:
                    content = stream.read()
            elif stat.S_ISLNK(info.st_mode):
                content = os.readlink(path).encode(errors="surrogateescape")
            mode = 0 if stat.S_ISLNK(info.st_mode) else stat.S_IMODE(info.st_mode)
            files[os.path.relpath(path, top)] = (kind, oct(mode), content)
    return files


def run_case(case, path):
    top = tempfile.mkdtemp(prefix="martlet-case-")
    try:
        work = os.path.join(top, "w")
        os.mkdir(work)
        script = f"PATH={HOST_PATH}\n{case.setup}\nPATH={path}\n{case.command}\n"
        environment = {"PATH": HOST_PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC0", "HOME": "/root", "USER": "root",
                       "TERM": "xterm"}
        try:
            done = subprocess.run(["/bin/sh", "-c", script], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=TIME_LIMIT_SECONDS)
            status, output, message = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            status, output, message = 999, b"", b"timed out"
        return Outcome(output, status, bool(message), message.decode(errors="replace"), describe_files(work))
    finally:
        subprocess.run(["chmod", "-R", "u+rwx", top], stderr=subprocess.DEVNULL)
        shutil.rmtree(top, ignore_errors=True)


def shown(data, limit=1500):
    text = data.decode(errors="backslashreplace")
    return text if len(text) <= limit else text[:limit] + "..."


def check(case, tools):
    """What differs, as text; empty when nothing does."""
    ours = run_case(case, f"{tools}:{HOST_PATH}")
    if case.reason is not None:
        problems = []
        if ours.output.decode(errors="backslashreplace") != case.expected:
            problems.append(f"output:\n{shown(ours.output)}expected:\n{case.expected}")
        if ours.status != case.expected_status:
            problems.append(f"status {ours.status}, expected {case.expected_status}")
        host = run_case(case, HOST_PATH)
        if (host.output, host.status, host.files) == (ours.output, ours.status, ours.files):
            problems.append("listed as a difference, but the host's tool does the same")
        return "\n".join(problems + ([ours.message] if problems else []))
    host = run_case(case, HOST_PATH)
    problems = []
    if ours.output != host.output:
        problems.append(f"ours:\n{shown(ours.output)}host:\n{shown(host.output)}")
    if ours.status != host.status:
        problems.append(f"status {ours.status}, host's {host.status}")
    if ours.complained != host.complained:
        problems.append("a message where the host has none" if ours.complained else f"no message; host's: {host.message}")
    if ours.files != host.files:
        changed = [n for n in sorted(set(ours.files) | set(host.files)) if ours.files.get(n) != host.files.get(n)]
        problems.append("files: " + "; ".join(f"{n}: {ours.files.get(n)} host {host.files.get(n)}"[:300] for n in changed))
    return "\n".join(problems + ([f"our message: {ours.message}"] if problems and ours.message else []))


_results = {}
_tools = None


def results():
    """All cases are started together the first time a result is asked for."""
    global _tools
    if not _results:
        _tools = tools_directory()
        pool = concurrent.futures.ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) * 2)
        for case in all_cases():
            _results[case.name] = pool.submit(check, case, _tools)
    return _results


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        cases = all_cases()
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])


def test_same_as_host(case):
    problems = results()[case.name].result()
    assert not problems, f"{case.command}\n{problems}"


def test_there_are_cases():
    assert len(all_cases()) >= 3000


def main(names):
    tools = tools_directory()
    cases = all_cases(names)
    with concurrent.futures.ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) * 2) as pool:
        failed = 0
        for case, problems in zip(cases, pool.map(lambda c: check(c, tools), cases)):
            if problems:
                failed += 1
                print(f"--- {case.file}.cases:{case.line}: {case.command}\n{problems}")
    shutil.rmtree(tools)
    print(f"{len(cases)} cases, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
