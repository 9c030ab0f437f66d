#!/usr/bin/python3
"""Packs a staged root file system into a plain ustar archive whose larger file bodies start on page boundaries.

usage: make_initrd.py ROOT MODES OUTPUT

Padding is a pax header with a comment record, which every tar program skips. Owners are root but for what MODES says,
times are fixed and the order is sorted, so the same tree gives the same bytes.
"""
import os
import stat
import sys
import tarfile

PAGE = 4096
BLOCK = 512
# A body this small is cheaper to copy than to align.
ALIGN_FROM = 1024


def padding_entry(body_blocks):
    """A pax extended header whose body takes `body_blocks` blocks and holds one comment record."""
    size = body_blocks * BLOCK
    record_head = f"{size} comment="
    body = (record_head + "-" * (size - len(record_head) - 1) + "\n").encode()
    info = tarfile.TarInfo("padding")
    info.type = tarfile.XHDTYPE
    info.size = len(body)
    return info.tobuf(tarfile.USTAR_FORMAT) + body


def read_modes(path):
    modes = {}
    for line in open(path):
        if line.strip() and not line.startswith("#"):
            name, mode, *owner = line.split()
            user, group = owner[0].split(":") if owner else (0, 0)
            modes[name] = int(mode, 8), int(user), int(group)
    return modes


def entries(root):
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(folders + files):
            yield os.path.join(folder, name)


def main():
    root, modes_path, output = sys.argv[1:]
    modes = read_modes(modes_path)
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    with open(output + ".new", "wb") as out:
        for path in entries(root):
            name = os.path.relpath(path, root)
            status = os.lstat(path)
            info = tarfile.TarInfo(name)
            info.mtime = epoch
            mode, info.uid, info.gid = modes.get("/" + name, (None, 0, 0))
            if info.uid == 0:
                info.uname = info.gname = "root"
            body = b""
            if stat.S_ISLNK(status.st_mode):
                info.type = tarfile.SYMTYPE
                info.linkname = os.readlink(path)
                info.mode = 0o777
            elif stat.S_ISDIR(status.st_mode):
                info.type = tarfile.DIRTYPE
                info.mode = mode or 0o755
            else:
                body = open(path, "rb").read()
                info.size = len(body)
                info.mode = mode or (0o755 if status.st_mode & 0o111 else 0o644)
            if len(body) >= ALIGN_FROM:
                gap = -(out.tell() + BLOCK) % PAGE
                if gap == BLOCK:
                    gap += PAGE  # a header needs at least one block of body
                if gap:
                    out.write(padding_entry(gap // BLOCK - 1))
            out.write(info.tobuf(tarfile.USTAR_FORMAT) + body + b"\0" * (-len(body) % BLOCK))
        out.write(b"\0" * (2 * BLOCK))
        out.write(b"\0" * (-out.tell() % PAGE))
    os.replace(output + ".new", output)


main()
