"""Hostile and damaged archives, made here, against tar, cpio, unzip, ar, gzip, xz and zstd: nothing is written outside the
directory, damage is told, the exit status says so, and no tool crashes or hangs.

The tools are taken from $MARTLET_ROOT/bin (default build/root).
"""
import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("MARTLET_ROOT", Path(__file__).resolve().parents[2] / "build" / "root")).resolve()
PROGRAM = ROOT / "bin" / "coreutils"
LINK, HARD, FOLDER = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE


def tar_header(name, size=b"00000000001\0", kind=b"0", mtime=b"00000000000\0", link=b"", magic=b"ustar\00000"):
    block = bytearray(512)
    for offset, text in ((0, name), (100, b"0000644\0"), (108, b"0000000\0"), (116, b"0000000\0"), (124, size),
                         (136, mtime), (148, b" " * 8), (156, kind), (157, link), (257, magic)):
        block[offset:offset + len(text)] = text
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data, unit=512):
    return data + b"\0" * (-len(data) % unit)


ONE = padded(b"y")
TAR_END = b"\0" * 1024


def tar(*members):
    """Members are (name, data) or (name, type, link)."""
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, second, *link in members:
            info = tarfile.TarInfo(name)
            if link:
                info.type, info.linkname = second, link[0]
                archive.addfile(info)
            else:
                info.size = len(second)
                archive.addfile(info, io.BytesIO(second))
    return result.getvalue()


def pax(records):
    return (tar_header(b"pax", b"%011o\0" % len(records), b"x") + padded(records) + tar_header(b"x") + ONE + TAR_END)


def long_name(size, text=b"abc\0"):
    return tar_header(b"././@LongLink", size, b"L", magic=b"ustar  \0") + padded(text)


# name: archive, exit status
TARS = {
    "parent": (tar(("../escaped", b"x")), 2),
    "parent inside": (tar(("a/../../escaped", b"x")), 2),
    "absolute": (tar(("/tmp/../escaped", b"x")), 2),
    "file over link": (tar(("l", LINK, "../escaped"), ("l", b"through")), 0),
    "through link": (tar(("l", LINK, ".."), ("l/escaped", b"x")), 2),
    "through deep link": (tar(("d", FOLDER, ""), ("d/l", LINK, "../.."), ("d/l/escaped", b"x")), 2),
    "through links": (tar(("a", LINK, "b"), ("b", LINK, ".."), ("a/escaped", b"x")), 2),
    "link as directory": (tar(("l", LINK, ".."), ("l", FOLDER, ""), ("l/escaped", b"x")), 2),
    "hard link out": (tar(("h", HARD, "../secret"), ("h", b"overwritten")), 2),
    "hard link through link": (tar(("l", LINK, ".."), ("h", HARD, "l/secret"), ("h", b"overwritten")), 2),
    "hard link to link": (tar(("s", LINK, "../secret"), ("h", HARD, "s"), ("h", b"overwritten")), 0),
    "dots": (tar((".", FOLDER, ""), ("./..", FOLDER, "")), 2),
    "very long name": (tar(("n" * 5000, b"x")), 2),
    "huge size": (tar_header(b"a", b"77777777777\0") + ONE, 2),
    "size beyond 64 bits": (tar_header(b"a", b"\x80" + b"\x7f" * 11) + ONE, 2),
    "negative size": (tar_header(b"a", b"\xff" * 12) + ONE + TAR_END, 2),
    "size with a sign": (tar_header(b"a", b"-0000000001\0") + ONE + TAR_END, 2),
    "size of letters": (tar_header(b"a", b"1z\0" + b"\0" * 9) + ONE + TAR_END, 2),
    "negative time": (tar_header(b"a", mtime=b"\xff" * 12) + ONE + TAR_END, 0),
    "wrong checksum": (b"a" * 512 + TAR_END, 2),
    "many long names": (long_name(b"00000000004\0") * 1000 + tar_header(b"x") + ONE + TAR_END, 0),
    "long name of huge size": (long_name(b"77777777777\0"), 2),
    "long name of negative size": (long_name(b"\xff" * 12) + tar_header(b"x") + ONE + TAR_END, 2),
    "long name that leaves": (long_name(b"00000000013\0", b"../escaped\0") + tar_header(b"x") + ONE + TAR_END, 2),
    "old sparse": (tar_header(b"a", kind=b"S") + ONE + TAR_END, 2),
    "pax path that leaves": (pax(b"19 path=../escaped\n"), 2),
    "pax link that leaves": (tar_header(b"p", b"%011o\0" % 22, b"x") + padded(b"22 linkpath=../secret\n")
                             + tar_header(b"h", b"00000000000\0", b"1") + tar_header(b"h") + ONE + TAR_END, 2),
    "pax sparse name that leaves": (pax(b"30 GNU.sparse.name=../escaped\n"), 2),
}
# The extended header is told to be malformed; the file behind it is there.
PAX_RECORDS = (b"0 path=a\n", b"-5 path=a\n", b"3 path=a\n", b"500 path=a\n", b"99999999999999999999 path=a\n", b"7 pathab\n",
               b"9 path=abc", b"23 size=-1234567890123\n", b"31 size=9999999999999999999999\n", b"9" * 400, bytes(range(1, 100)))


def newc(name, data=b"x", mode=0o100644, inode=1, links=1, size=None, name_size=None):
    fields = [inode, mode, 0, 0, links, 0, len(data) if size is None else size, 0, 0, 0, 0,
              len(name) + 1 if name_size is None else name_size, 0]
    return padded(b"070701" + b"".join(b"%08X" % field for field in fields) + name + b"\0", 4) + padded(data, 4)


TRAILER = newc(b"TRAILER!!!", b"", 0)
CPIOS = {
    "parent": (newc(b"../escaped") + TRAILER, 2),
    "through link": (newc(b"l", b"..", 0o120777) + newc(b"l/escaped") + TRAILER, 2),
    "file over link": (newc(b"l", b"../escaped", 0o120777) + newc(b"l", b"through") + TRAILER, 0),
    "hard link out": (newc(b"../secret", b"", inode=5, links=2) + newc(b"x", b"overwritten", inode=5, links=2) + TRAILER, 2),
    "huge size": (newc(b"a", size=0xffffffff) + TRAILER, 2),
    "huge name": (newc(b"a", name_size=0x7fffffff) + TRAILER, 2),
    "no name": (newc(b"a", name_size=0) + TRAILER, 2),
    "huge link": (newc(b"l", b"x", 0o120777, size=0x7fffffff) + TRAILER, 2),
    "letters": (newc(b"a").replace(b"000081A4", b"00zz81A4") + TRAILER, 2),
    "no type": (newc(b"a", mode=0) + TRAILER, 2),
}


def ar_member(name, data=b"x\n", size=None):
    return name.ljust(16) + b"0           0     0     100644  " + (size or b"%d" % len(data)).ljust(10) + b"`\n" + data


ARS = {
    "parent": (ar_member(b"../escaped"), 1),
    "long name that leaves": (ar_member(b"//", b"../../escaped/\n\n") + ar_member(b"/0"), 1),
    "name beyond the table": (ar_member(b"/99999999"), 1),
    "negative size": (ar_member(b"a", size=b"-1"), 1),
    "huge size": (ar_member(b"a", size=b"9999999999"), 1),
    "size of letters": (ar_member(b"a", size=b"zz"), 1),
    "BSD name that leaves": (ar_member(b"#1/10", b"../escapedx\n"), 1),
    "BSD name beyond the end": (ar_member(b"#1/99999999"), 1),
}


def zipped(*members):
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, data, *mode in members:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (mode[0] if mode else 0o100644) << 16
            archive.writestr(info, data)
    return result.getvalue()


WHOLE_ZIP = zipped(("a", "hello world\n" * 9), ("d/b", "x"))
ENTRY, SECOND, END = WHOLE_ZIP.index(b"PK\1\2"), WHOLE_ZIP.rindex(b"PK\1\2"), WHOLE_ZIP.index(b"PK\5\6")


def patched(*changes):
    data = bytearray(WHOLE_ZIP)
    for offset, value in changes:
        data[offset:offset + len(value)] = value
    return bytes(data)


ZIPS = {
    "parent": (zipped(("../escaped", "x")), 1),
    "parent inside": (zipped(("a/../../escaped", "x")), 1),
    "through link": (zipped(("l", "..", 0o120777), ("l/escaped", "x")), 2),
    "through links": (zipped(("a", "b", 0o120777), ("b", "..", 0o120777), ("a/escaped", "x")), 2),
    "wrong CRC": (patched((14, b"\1\2\3\4"), (ENTRY + 16, b"\1\2\3\4")), 2),
    "entries that overlap": (patched((SECOND + 42, b"\0\0\0\0")), 2),
    "offset beyond the end": (patched((ENTRY + 42, b"\xff\xff\xff\x7f")), 9),
    "huge size": (patched((ENTRY + 20, b"\xff\xff\xff\x7f" * 2)), 2),
    "zip64 without its field": (patched((ENTRY + 20, b"\xff" * 8)), 2),
    "directory of huge size": (patched((END + 12, b"\xff" * 4)), 9),
    "directory beyond the end": (patched((END + 16, b"\xff" * 4)), 9),
    "number of entries": (patched((END + 8, b"\xff" * 4)), 9),
    "extra field beyond the end": (patched((ENTRY + 30, b"\xff\xff")), 9),
    "name beyond the end": (patched((26, b"\xff\xff")), 2),
    "unknown method": (patched((8, b"\x63\0"), (ENTRY + 10, b"\x63\0")), 81),
    "encrypted": (patched((6, b"\1\0"), (ENTRY + 8, b"\1\0")), 81),
}


def run_tool(directory, *command, archive=None):
    with open(archive or "/dev/null", "rb") as source:
        return subprocess.run(command, executable=PROGRAM, cwd=directory, stdin=source, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20, check=False, env={"LC_ALL": "C.UTF-8", "PATH": str(ROOT / "bin")})


def extract(base, kind, data):
    """What the tool did with the archive; the directory around the target must stay as it was."""
    target, archive, secret = base / "target", base / "archive", base / "secret"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    archive.write_bytes(data)
    secret.write_text("secret")
    command = {"tar": ("tar", "-xf", "../archive"), "cpio": ("cpio", "-idu", "--quiet"), "ar": ("ar", "x", "../archive"),
               "zip": ("unzip", "-qo", "../archive")}[kind]
    done = run_tool(target, *command, archive=archive if kind == "cpio" else None)
    assert sorted(os.listdir(base)) == ["archive", "secret", "target"], "written outside the directory"
    assert secret.read_text() == "secret"
    assert 0 <= done.returncode < 90 and (done.returncode == 0 or done.stderr), (done.returncode, done.stderr)
    return done


ARCHIVES = [(kind, name, data, status) for kind, table in (("tar", TARS), ("cpio", CPIOS), ("zip", ZIPS)) for name, (data, status) in
            table.items()] + [("ar", name, b"!<arch>\n" + data, status) for name, (data, status) in ARS.items()]


@pytest.mark.parametrize("kind,data,status", [pytest.param(kind, data, status, id=f"{kind}: {name}") for kind, name, data, status
                                              in ARCHIVES])
def test_hostile_archive(tmp_path, kind, data, status):
    done = extract(tmp_path, kind, data)
    assert done.returncode == status, (done.returncode, done.stderr)


@pytest.mark.parametrize("records", PAX_RECORDS)
def test_malformed_extended_header_is_told(tmp_path, records):
    done = extract(tmp_path, "tar", pax(records))
    assert done.returncode == 2 and b"malformed" in done.stderr
    assert os.listdir(tmp_path / "target") == ["x"]


WHOLE = {
    "tar": (tar(("a", b"hello"), ("d/b", b"x"))[:2048], 2048),
    "cpio": (newc(b"a", b"hello") + newc(b"d", b"", 0o40755) + newc(b"d/b") + TRAILER, None),
    "zip": (WHOLE_ZIP, None),
    "ar": (b"!<arch>\n" + ar_member(b"a/", b"hello.") + ar_member(b"b/"), 8 + 60 + 6),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_archive_cut_short(tmp_path, kind):
    data, boundary = WHOLE[kind]
    assert extract(tmp_path, kind, data).returncode == 0
    step = 61 if kind == "tar" else 3
    for size in range(9 if kind == "ar" else 1, len(data) - 1, step):
        if size == boundary or kind == "tar" and size % 1024 == 0 or kind == "cpio" and size > len(data) - 4:
            continue
        assert extract(tmp_path, kind, data[:size]).returncode != 0, size


@pytest.mark.parametrize("tool", ("gzip", "xz", "zstd"))
def test_compressed_file_cut_short_or_changed(tmp_path, tool):
    text = b"".join(b"line %d of a text\n" % (number * number) for number in range(60))
    (tmp_path / "text").write_bytes(text)
    whole = run_tool(tmp_path, tool, "-c", "text").stdout
    damaged = [whole[:size] for size in range(1, len(whole), 7)]
    # The header's flags, its time and names are free to be anything; the data is not.
    damaged += [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:] for at in range(16, len(whole), 7)]
    for data in damaged:
        (tmp_path / "damaged").write_bytes(data)
        done = run_tool(tmp_path, tool, "-dc", archive=tmp_path / "damaged")
        assert done.returncode in (1, 2) and done.stderr, (len(data), done.returncode)
        assert len(done.stdout) <= 2 * len(text) + 65536
