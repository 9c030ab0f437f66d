"""The same commit gives the same ISO, byte for byte, wherever it is built."""
import hashlib
import os
import subprocess

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def digest(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


def test_two_builds_give_the_same_bytes(tmp_path):
    # The working tree as it is, in another folder with another name: no path may leak into the products.
    copy = tmp_path / "another" / "place"
    copy.mkdir(parents=True)
    files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY,
                           capture_output=True, check=True).stdout.decode().split("\0")
    present = [name for name in files if name and os.path.lexists(os.path.join(REPOSITORY, name))]
    subprocess.run(["tar", "-C", REPOSITORY, "--null", "-T", "-", "-cf", tmp_path / "tree.tar"], check=True,
                   input="\0".join(present).encode())
    subprocess.run(["tar", "-C", copy, "-xf", tmp_path / "tree.tar"], check=True)
    epoch = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=REPOSITORY, capture_output=True, text=True,
                           check=True).stdout.strip()
    environment = dict(os.environ, SOURCE_DATE_EPOCH=epoch)
    subprocess.run(["make", "-C", REPOSITORY, "iso"], check=True, env=environment, capture_output=True)
    subprocess.run(["make", "-C", copy, "iso"], check=True, env=environment, capture_output=True)
    for product in ("kernel.elf", "initrd.tar", "martlet.iso"):
        assert digest(os.path.join(REPOSITORY, "build", product)) == digest(copy / "build" / product), product
