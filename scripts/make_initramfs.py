#!/usr/bin/python3
"""Turns the initrd, a tar archive, into what the ISO carries: an initramfs (newc cpio, cpio(5)) compressed with LZ4.

usage: make_initramfs.py INITRD.tar OUTPUT

A BIOS takes longer to read the plain archive from a CD than the kernel takes to decompress this one. Same input, same bytes.
"""
import os
import stat
import subprocess
import sys
import tarfile

TYPES = {tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK, tarfile.REGTYPE: stat.S_IFREG}


def entry(number, name, mode, body=b"", owner=(0, 0), time=0):
    fields = (number, mode, *owner, 1, time, len(body), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name + b"\0"
    return head + b"\0" * (-len(head) % 4) + body + b"\0" * (-len(body) % 4)


def main():
    archive, output = sys.argv[1:]
    parts = []
    with tarfile.open(archive) as tar:
        for number, info in enumerate(tar, 1):
            body = info.linkname.encode() if info.issym() else tar.extractfile(info).read() if info.isreg() else b""
            parts.append(entry(number, info.name.encode(), TYPES[info.type] | info.mode, body, (info.uid, info.gid), info.mtime))
    parts.append(entry(0, b"TRAILER!!!", 0))
    compressed = subprocess.run(["lz4", "-l", "--best", "-c"], input=b"".join(parts), stdout=subprocess.PIPE, check=True).stdout
    with open(output + ".new", "wb") as out:
        out.write(compressed)
    os.replace(output + ".new", output)


main()
