"""Runs the cases of tests/real/cases/GROUP in Debian's root of that group on Martlet and on Linux.

What Linux printed is kept in build/cache/ until a case, the packages or the runner changes.
"""
import glob
import hashlib
import os
import re
import shutil
import stat
import tempfile

import debian_root
import rig

CASES = os.path.join(rig.REPOSITORY, "tests", "real", "cases")
DRIVER = os.path.join(rig.REPOSITORY, "tests", "real", "driver.sh")


def names(group):
    return sorted(os.path.basename(path)[:-3] for path in glob.glob(os.path.join(CASES, group, "*.sh")))


def sources(group, wanted):
    return [os.path.join(CASES, group, name + ".sh") for name in wanted] + [DRIVER]


def normalised(output):
    """Process numbers in the shells' and strace's own messages differ from run to run."""
    output = re.sub(r"^(?:.*line \d+:)? +\d+ (?=[A-Z]\w+ )", "job N ", output, flags=re.MULTILINE)
    # Which job the shell calls the current one depends on when it hears of a death.
    output = re.sub(r"^\[1\][+-] ", "[1]+ ", output, flags=re.MULTILINE)
    return re.sub(r"(Process|pid) \d+ (attached|detached)", r"\1 N \2", output)


def boot(kernel, group, wanted, **options):
    """Runs the wanted cases in one boot; answers {name: (output, status)} and the whole console."""
    extra = rig.Files(is_root=False)
    extra.file("init", rig.rig_init(), 0o755)
    extra.folder("cases")
    for path in sources(group, wanted):
        extra.file(("" if path == DRIVER else "cases/") + os.path.basename(path), path, 0o644 | stat.S_IXUSR)
    with tempfile.TemporaryDirectory(prefix="real-") as folder:
        whole = os.path.join(folder, "initrd")
        addition = os.path.join(folder, "addition")
        extra.write_cpio(addition)
        with open(whole, "wb") as out:
            for part in (debian_root.archive(group), addition):
                with open(part, "rb") as source:
                    shutil.copyfileobj(source, out, 1 << 22)
        options = {"memory": "1500M", "cpus": 1, "seconds": 400, **options}
        outcome = rig.run(kernel, ["/bin/bash", "/driver.sh"], initrd=whole, **options)
    results = {}
    for name, output, status in re.findall(r"^=== begin (\S+)\n(.*?)\n=== end (\d+)$", outcome.console.replace("\r", ""),
                                           re.MULTILINE | re.DOTALL):
        results[name] = (normalised(output), int(status))
    return results, outcome.console


def on_linux(group, wanted):
    """What Linux prints, from the cache where nothing has changed."""
    results = {}
    missing = []
    paths = {}
    root = os.path.basename(debian_root.archive(group))
    for name in wanted:
        key = hashlib.sha256(root.encode())
        for path in sources(group, [name]):
            key.update(open(path, "rb").read())
        paths[name] = os.path.join(rig.CACHE, "expected", f"{group}-{name}-{key.hexdigest()[:16]}")
        if os.path.exists(paths[name]):
            status, output = open(paths[name], newline="").read().split("\n", 1)
            results[name] = (output, int(status))
        else:
            missing.append(name)
    if missing:
        found, console = boot("linux", group, missing)
        os.makedirs(os.path.join(rig.CACHE, "expected"), exist_ok=True)
        for name in missing:
            if name not in found or found[name][1] == 124: # cut off by the time limit: nothing to compare with
                raise AssertionError(f"the case {group}/{name} did not end on Linux:\n{console[-4000:]}")
            with open(paths[name], "w", newline="") as out:
                out.write(f"{found[name][1]}\n{found[name][0]}")
        results.update(found)
    return results
