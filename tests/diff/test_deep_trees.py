"""Trees whose paths are longer than PATH_MAX: cp, ls, tree, diff and tar work on them as find and rm do.

The tools are taken from $MARTLET_ROOT/bin (default build/root).
"""
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("MARTLET_ROOT", Path(__file__).resolve().parents[2] / "build" / "root")).resolve()
LEVELS, NAME = 60, "d" * 100


def run(directory, *command):
    return subprocess.run(command, executable=ROOT / "bin" / "coreutils", cwd=directory, capture_output=True, text=True,
                          timeout=20, check=False, env={"LC_ALL": "C.UTF-8", "PATH": str(ROOT / "bin")})


def in_leaf_directory(top, work):
    """Does `work` in the deepest directory below `top`, which no path leads to."""
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(top)
        for _ in range(LEVELS):
            if not os.path.isdir(NAME):
                os.mkdir(NAME)
            os.chdir(NAME)
        work()
    finally:
        os.fchdir(here)
        os.close(here)


@pytest.fixture
def tree(tmp_path):
    def fill():
        Path("leaf").write_text("leaf\n")
        os.symlink("leaf", "link")
        os.link("leaf", "twin")

    (tmp_path / "deep").mkdir()
    in_leaf_directory(tmp_path / "deep", fill)
    yield tmp_path
    assert run(tmp_path, "rm", "-rf", "deep", "copy", "out").returncode == 0


def check_leaf():
    assert Path("leaf").read_text() == "leaf\n" and os.readlink("link") == "leaf"
    assert os.stat("leaf").st_ino == os.stat("twin").st_ino


def test_copied_and_compared(tree):
    done = run(tree, "cp", "-a", "deep", "copy")
    assert (done.returncode, done.stderr) == (0, "")
    in_leaf_directory(tree / "copy", check_leaf)
    done = run(tree, "diff", "-r", "deep", "copy")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    in_leaf_directory(tree / "copy", lambda: Path("leaf").write_text("other\n"))
    done = run(tree, "diff", "-r", "deep", "copy")
    assert done.returncode == 1 and "\n< leaf\n---\n> other\n" in done.stdout


def test_listed(tree):
    done = run(tree, "ls", "-lR", "deep")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.rstrip().split("\n")[-2].endswith("link -> leaf")
    done = run(tree, "tree", "deep")
    assert done.returncode == 0 and "61 directories, 3 files" in done.stdout


def test_archived_and_extracted(tree):
    assert run(tree, "tar", "-cf", "deep.tar", "deep").returncode == 0
    (tree / "out").mkdir()
    done = run(tree / "out", "tar", "-xf", "../deep.tar")
    assert (done.returncode, done.stderr) == (0, "")
    in_leaf_directory(tree / "out" / "deep", check_leaf)
