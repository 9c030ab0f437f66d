"""The same commit gives the same bytes, wherever it is built: kernel, programs, initrd and ISO."""
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(REPOSITORY, "build")
# Everything is compiled with the same few sets of flags: the kernel and two programs with their libraries show a path or
# a time that leaks, at a third of the time that all programs take.
COMPILED = {"kernel.elf": "kernel.elf", "login": "userland/login/login", "init": "userland/init/init"}


def stripped(path, target):
    """The image holds programs without their symbols and debugging information."""
    subprocess.run(["strip", "-o", target, path], check=True)
    return target


def digest(path):
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


@pytest.fixture(scope="module")
def environment():
    epoch = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=REPOSITORY, capture_output=True, text=True,
                           check=True).stdout.strip()
    environment = dict(os.environ, SOURCE_DATE_EPOCH=epoch)
    # One packed for an earlier commit has that one's time.
    pathlib.Path(BUILD, "release", "initrd.tar").unlink(missing_ok=True)
    subprocess.run(["make", "-C", REPOSITORY, "iso"], check=True, env=environment, capture_output=True)
    return environment


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The working tree as it is, in another folder with another name: no path may leak into the products."""
    folder = tmp_path_factory.mktemp("reproducible")
    place = folder / "another" / "place"
    place.mkdir(parents=True)
    files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY,
                           capture_output=True, check=True).stdout.decode().split("\0")
    present = [name for name in files if name and os.path.lexists(os.path.join(REPOSITORY, name))]
    subprocess.run(["tar", "-C", REPOSITORY, "--null", "-T", "-", "-cf", folder / "tree.tar"], check=True,
                   input="\0".join(present).encode())
    subprocess.run(["tar", "-C", place, "-xf", folder / "tree.tar"], check=True)
    return place


def test_compiling_elsewhere_gives_the_same_bytes(environment, copy, tmp_path):
    build = copy / "build" / "release"
    subprocess.run(["cmake", "-S", copy, "-B", build, "-G", "Ninja", "-DCMAKE_C_COMPILER=clang-19",
                    "-DCMAKE_CXX_COMPILER=clang++-19", "--log-level=WARNING"], check=True, env=environment, capture_output=True)
    subprocess.run(["ninja", "-C", build, *COMPILED], check=True, env=environment, capture_output=True)
    for product in COMPILED.values():
        here = stripped(os.path.join(BUILD, "release", product), tmp_path / "here")
        there = stripped(build / product, tmp_path / "there")
        assert digest(here) == digest(there), product


def test_packing_elsewhere_and_later_gives_the_same_bytes(environment, copy):
    root = copy / "root"
    shutil.copytree(os.path.join(BUILD, "root"), root, symlinks=True, copy_function=shutil.copyfile)
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, os.stat(os.path.join(BUILD, "root", os.path.relpath(path, root))).st_mode & 0o7777)
    subprocess.run([copy / "scripts/make_initrd.py", root, copy / "initrd/modes.txt", copy / "initrd.tar"], check=True, env=environment)
    assert digest(copy / "initrd.tar") == digest(os.path.join(BUILD, "initrd.tar"))
    subprocess.run([copy / "scripts/make_initramfs.py", copy / "initrd.tar", copy / "initramfs.lz4"], check=True, env=environment)
    subprocess.run([copy / "scripts/make_iso.sh", os.path.join(BUILD, "kernel.elf"), copy / "initramfs.lz4", copy / "iso/grub.cfg",
                    copy / "martlet.iso"], check=True, env=environment)
    assert digest(copy / "martlet.iso") == digest(os.path.join(BUILD, "martlet.iso"))
