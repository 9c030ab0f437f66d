"""Scripts that others wrote: Debian's maintainer and init scripts, and the configure script of a source package.

The source package is fetched once with apt-get into build/cache; without a network that test is skipped.
"""
import glob
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parent.parent
ROOT = pathlib.Path(os.environ.get("MARTLET_ROOT", REPOSITORY / "build" / "root")).resolve()
SHELL = str(ROOT / "bin" / "sh")
ORACLE = "/bin/dash"
CACHE = pathlib.Path(os.environ.get("MARTLET_CACHE", REPOSITORY / "build" / "cache")) / "sources"
MAINTAINER_SCRIPTS = sorted(path for kind in ("config", "preinst", "postinst", "prerm", "postrm")
                            for path in glob.glob(f"/var/lib/dpkg/info/*.{kind}"))
INIT_SCRIPTS = sorted(glob.glob("/etc/init.d/*"))


def is_shell_script(path):
    with open(path, "rb") as script:
        return re.match(rb"#! ?/bin/sh", script.readline()) is not None


def test_debian_scripts_parse():
    scripts = [path for path in MAINTAINER_SCRIPTS + INIT_SCRIPTS if is_shell_script(path)]
    if not scripts:
        pytest.skip("no scripts of Debian's here")
    for path in scripts:
        done = subprocess.run([SHELL, "-n", path], capture_output=True, text=True, timeout=20)
        assert (done.returncode, done.stderr) == (0, ""), path


def outcome(shell, *command):
    done = subprocess.run([shell, *command], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"})
    return done.returncode, done.stdout, done.stderr.replace(shell, "sh")


@pytest.mark.parametrize("script", [path for path in INIT_SCRIPTS if is_shell_script(path)], ids=os.path.basename)
def test_init_scripts_tell_their_usage(script):
    assert outcome(SHELL, script, "no-such-action") == outcome(ORACLE, script, "no-such-action")


def fetch_source(name):
    """The package's unpacked upstream source; skips the test when it cannot be had."""
    folder = CACHE / name
    found = sorted(folder.glob("*/configure"))
    if found:
        return found[0].parent
    state = CACHE / "apt"
    for sub in ("lists/partial", "cache/archives/partial"):
        os.makedirs(state / sub, exist_ok=True)
    (state / "sources.list").write_text("deb-src http://deb.debian.org/debian bookworm main\n")
    options = [f"Dir::Etc::SourceList={state}/sources.list", "Dir::Etc::SourceParts=/dev/null", f"Dir::State::Lists={state}/lists",
               f"Dir::Cache={state}/cache", "APT::Sandbox::User=root", "Acquire::Languages=none", "Acquire::http::Timeout=20"]
    apt = ["apt-get", "-qq", *(word for option in options for word in ("-o", option))]
    os.makedirs(folder, exist_ok=True)
    try:
        subprocess.run([*apt, "update"], check=True, capture_output=True, timeout=120)
        subprocess.run([*apt, "--download-only", "source", name], check=True, capture_output=True, timeout=120, cwd=folder)
    except (subprocess.SubprocessError, OSError):
        pytest.skip(f"the source of {name} cannot be fetched")
    for archive in folder.glob("*.orig.tar.*z"):
        subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
    found = sorted(folder.glob("*/configure"))
    assert found, f"{name} has no configure script"
    return found[0].parent


def test_configure_gives_the_same_as_with_dash(tmp_path):
    source = fetch_source("hello")
    runs = {}
    for label, shell in (("ours", SHELL), ("dash", ORACLE)):
        # The same directory name in both results, so that nothing has to be masked but the shell.
        folder = tmp_path / label / "build"
        folder.mkdir(parents=True)
        shutil.copytree(source, tmp_path / label / "source")
        runs[label] = folder, subprocess.Popen([shell, "../source/configure", "-q", "--disable-dependency-tracking"], cwd=folder,
                                               env={**os.environ, "CONFIG_SHELL": shell}, stdout=subprocess.PIPE,
                                               stderr=subprocess.STDOUT, text=True)
    # Debian's dash has no LINENO: there configure replaces each by its number.
    line_number = re.compile(r'\$LINENO|(?<=[-"])\d{3,}(?=[}"])')
    texts = {}
    for label, (folder, process) in runs.items():
        output = process.communicate(timeout=300)[0]
        assert process.returncode == 0, output
        texts[label] = [output] + [line_number.sub("LINE", (folder / name).read_text().replace(str(tmp_path / label), "TOP")
                                                   .replace(SHELL, ORACLE)) for name in ("config.h", "Makefile", "po/Makefile", "config.status")]
    assert texts["ours"] == texts["dash"]
