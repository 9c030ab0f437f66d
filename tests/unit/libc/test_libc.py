"""The C library, run on the build host.

`ninja libc-check` builds what is needed and runs this file; MARTLET_LIBC_TESTS names the folder with the programs.
Each differential program is compiled here once more with the host's C library, and both must print the same. The
property programs judge themselves and say `ok` at the end.
"""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SOURCES = ROOT / "userland/libc/tests"
BUILD = pathlib.Path(os.environ.get("MARTLET_LIBC_TESTS", ROOT / "build/userland/libc/tests"))
TIMEOUT_S = 30


def names(folder):
    found = sorted(path.stem for path in (SOURCES / folder).iterdir() if path.suffix in (".c", ".cpp"))
    assert found, f"no programs in {folder}"
    return found


def run(program, tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/", "TZ": "UTC"}
    result = subprocess.run([program], capture_output=True, timeout=TIMEOUT_S, cwd=tmp_path, env=environment)
    assert result.returncode == 0, (result.returncode, result.stderr[-2000:])
    return result.stdout


@pytest.mark.parametrize("name", names("differential"))
def test_same_output_as_the_host(name, tmp_path):
    host = tmp_path / name
    subprocess.run(
        ["clang-19", "-w", "-O1", "-fno-builtin", "-o", host, SOURCES / f"differential/{name}.c", "-lm", "-lutil", "-lcrypt"],
        check=True, timeout=TIMEOUT_S)
    expected = run(host, tmp_path).split(b"\n")
    actual = run(BUILD / f"libc-differential-{name}", tmp_path).split(b"\n")
    different = [(i + 1, a, b) for i, (a, b) in enumerate(zip(expected, actual)) if a != b]
    assert not different, f"{len(different)} lines differ, first: {different[:5]}"
    assert len(expected) == len(actual) and len(expected) > 10


# The host's own error, where it is more than half a unit and ours is not.
HOST_ERROR = {b"exp10": 2, b"tanh": 2, b"cbrt": 4}


def ordered(bits):
    """The bits of a double as a number in which neighbours differ by one."""
    return bits if bits < 1 << 63 else (1 << 63) - bits


def test_mathematics_is_within_one_unit_in_the_last_place_of_the_host(tmp_path):
    host = tmp_path / "functions"
    subprocess.run(["clang-19", "-w", "-O1", "-fno-builtin", "-D_GNU_SOURCE", "-o", host, SOURCES / "close/functions.c", "-lm"],
                   check=True, timeout=TIMEOUT_S)
    expected = run(host, tmp_path).split()
    actual = run(BUILD / "libc-close-functions", tmp_path).split()
    assert len(expected) == len(actual) > 10000
    far = [(name.decode(), e, a) for name, e, a in zip(expected[::2], expected[1::2], actual[1::2])
           if abs(ordered(int(e, 16)) - ordered(int(a, 16))) > HOST_ERROR.get(name, 1)]
    assert not far, (len(far), far[:5])


@pytest.mark.parametrize("name", names("property"))
def test_property(name, tmp_path):
    assert run(BUILD / f"libc-property-{name}", tmp_path).rstrip().endswith(b"ok")


@pytest.mark.parametrize("name", ["malloc_double_free", "malloc_wild_free", "malloc_use_after_free"])
def test_heap_misuse_ends_the_program(name, tmp_path):
    program = BUILD / "libc-property-malloc"
    result = subprocess.run([program, name], capture_output=True, timeout=TIMEOUT_S, cwd=tmp_path)
    assert result.returncode == -6 and result.stderr.startswith(b"malloc: "), result


def test_static_hello_is_small():
    sizes = subprocess.run(["llvm-size-19", BUILD / "libc-property-hello"], capture_output=True, text=True, check=True)
    text, data = map(int, sizes.stdout.splitlines()[1].split()[:2])
    assert text + data < 9500, sizes.stdout


def test_every_declared_function_is_defined(tmp_path):
    """A header promises nothing that the archive does not hold."""
    include = ROOT / "userland/libc/include"
    headers = sorted(str(p.relative_to(include)) for p in include.rglob("*.h") if "bits/" not in str(p))
    source = tmp_path / "all.c"
    source.write_text("".join(f"#include <{header}>\n" for header in headers))
    dump = subprocess.run(
        ["clang-19", "--target=x86_64-unknown-linux-gnu", "-nostdlibinc", "-isystem", include, "-std=c17",
         "-fsyntax-only", "-Xclang", "-ast-dump=json", source], capture_output=True, check=True, timeout=TIMEOUT_S)
    import json
    declared = {node["name"] for node in json.loads(dump.stdout)["inner"]
                if node["kind"] == "FunctionDecl" and not node.get("isImplicit") and node.get("storageClass") != "static"}
    archive = BUILD.parent / "libmartlet_libc.a"
    symbols = subprocess.run(["llvm-nm-19", "--defined-only", "--no-sort", archive], capture_output=True, text=True)
    defined = {line.split()[-1] for line in symbols.stdout.splitlines() if len(line.split()) == 3}
    missing = sorted(name for name in declared - defined if not name.startswith("__builtin"))
    assert len(declared) > 1000 and not missing, missing


@pytest.mark.parametrize("language", ["c", "c++"])
def test_each_header_stands_alone(language, tmp_path):
    include = ROOT / "userland/libc/include"
    failures = []
    for header in sorted(str(p.relative_to(include)) for p in include.rglob("*.h")):
        if header == "bits/ucontext.h":
            continue
        source = tmp_path / ("one.c" if language == "c" else "one.cpp")
        source.write_text(f"#include <{header}>\n#include <{header}>\n")
        result = subprocess.run(
            ["clang-19", "--target=x86_64-unknown-linux-gnu", "-nostdlibinc", "-nostdinc++", "-isystem", include,
             "-std=c17" if language == "c" else "-std=c++23", "-Wall", "-Wsystem-headers", "-Werror", "-fsyntax-only",
             "-Wno-pragma-once-outside-header", source], capture_output=True, text=True)
        if result.returncode:
            failures.append((header, result.stderr[:300]))
    assert not failures, failures
