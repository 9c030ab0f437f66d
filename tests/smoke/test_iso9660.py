"""An ISO 9660 image behind a loop device: Debian's static busybox mounts it, and the tree is the one that was packed."""
import os
import random
import shutil
import subprocess

import pytest

from machine import Machine, variant_path


def make_tree(root):
    """Names, links, sizes and depths that the formats treat differently."""
    (root / "plain.txt").write_text("hello\n")
    (root / "empty").write_bytes(b"")
    (root / ("long name with blanks " + "x" * 180 + ".tar.gz")).write_text("long\n")
    (root / "ünïcödé").write_text("utf-8\n")
    (root / "CaseMatters").write_text("upper\n")
    (root / "big").write_bytes(random.Random(1).randbytes(1_000_003))
    deep = root
    for level in range(12):  # deeper than 8: relocated by some writers
        deep = deep / f"level{level}"
        deep.mkdir()
        (deep / f"file{level}").write_text(str(level))
    many = root / "many"
    many.mkdir()
    for index in range(300):
        (many / f"entry-{index:04}-with-a-long-enough-name").write_text(str(index))
    os.symlink("plain.txt", root / "link")
    os.symlink("../" * 3 + "a/" * 100 + "end", root / "longlink")
    (root / "script").write_text("#!/bin/sh\necho ran from the image\n")
    (root / "script").chmod(0o755)


def listing_of(root):
    """What busybox's find and md5sum print of the same tree."""
    names = sorted("./" + str(path.relative_to(root)) for path in root.rglob("*"))
    return [name.encode() for name in names]


@pytest.fixture(scope="module")
def image_machine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("iso")
    tree = folder / "tree"
    tree.mkdir()
    make_tree(tree)
    stage = folder / "stage"
    (stage / "usr/local/bin").mkdir(parents=True)
    (stage / "images").mkdir()
    shutil.copy("/bin/busybox", stage / "usr/local/bin/busybox")
    for name, options in (("rock", ["-R"]), ("joliet", ["-J", "-joliet-long"])):
        subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-o", stage / f"images/{name}.iso", *options, tree], check=True,
                       capture_output=True)
    initrd = folder / "initrd.tar"
    shutil.copy(variant_path("release", "initrd.tar"), initrd)
    subprocess.run(["tar", "--owner=root", "--group=root", "-rf", initrd, "-C", stage, "usr", "images"], check=True)
    with Machine("iso9660", initrd=str(initrd)) as booted:
        booted.wait_for_prompt()
        booted.run("BB=/usr/local/bin/busybox; mkdir -p /mnt/rock /mnt/joliet")
        yield booted, tree


def test_rock_ridge_shows_the_tree(image_machine):
    machine, tree = image_machine
    assert machine.run("$BB mount -t iso9660 -o loop,ro /images/rock.iso /mnt/rock")[1] == 0
    count = len(listing_of(tree))
    assert machine.run("cd /mnt/rock; $BB find . -mindepth 1 | wc -l")[0].split()[-1] == str(count)
    for name in ("plain.txt", "big", "level0/level1/level2/level3/level4/level5/level6/level7/level8/level9/level10/level11/file11",
                 "many/entry-0299-with-a-long-enough-name"):
        wanted = subprocess.run(["md5sum", tree / name], capture_output=True, text=True, check=True).stdout.split()[0]
        assert machine.run(f"$BB md5sum '{name}'")[0].split()[0] == wanted
    assert machine.run("readlink link")[0].strip() == "plain.txt"
    assert machine.run("readlink longlink")[0].strip() == os.readlink(tree / "longlink")
    assert machine.run("./script")[0].strip() == "ran from the image"
    assert machine.run("stat -c %a script plain.txt")[0].split() == ["755", oct((tree / "plain.txt").stat().st_mode & 0o777)[2:]]
    assert machine.run("touch new")[1] != 0
    machine.run("cd /")


def test_joliet_shows_names_and_contents(image_machine):
    machine, tree = image_machine
    assert machine.run("$BB mount -t iso9660 -o loop,ro /images/joliet.iso /mnt/joliet")[1] == 0
    assert machine.run("cat /mnt/joliet/CaseMatters /mnt/joliet/plain.txt")[0].split() == ["upper", "hello"]
    assert machine.run("ls /mnt/joliet/many | wc -l")[0].strip() == "300"


def test_unmounting_frees_the_loop_device(image_machine):
    machine, _ = image_machine
    machine.run("cd /")
    assert machine.run("$BB umount /mnt/rock /mnt/joliet")[1] == 0
    assert machine.run("cat /proc/partitions | grep -c loop")[0].strip() == "0"
    assert machine.run("$BB mount -t iso9660 /dev/loop0 /mnt/rock")[1] != 0  # nothing in it
    assert "iso9660" in machine.run("cat /proc/filesystems")[0]
