#!/usr/bin/env python3
"""Writes the kernel's symbol table for backtraces as assembly, from a first link of the same kernel.

usage: make_symbols.py NM CXXFILT KERNEL OUTPUT

The table (kernel/debug/backtrace.h): a count n, n + 1 ascending offsets from __text_start (the last is the end of the
text), n + 1 offsets into the names, the names. It lies behind the text, so that adding it moves no function.
"""
import re
import struct
import subprocess
import sys


def strip_brackets(text, brackets):
    depth = 0
    kept = []
    for character in text:
        if character in brackets[::2]:
            depth += 1
        if depth == 0:
            kept.append(character)
        if character in brackets[1::2]:
            depth -= 1
    return "".join(kept)


def shorten(name):
    """void martlet::sort<int>(std::span<int>) const -> sort<int>; long template arguments go as well"""
    name = name.replace("(anonymous namespace)::", "").replace("martlet::", "").replace("std::__martlet::", "std::")
    text = strip_brackets(name, "()").removesuffix(" const")
    if len(text) > 60:
        text = strip_brackets(text, "<>")
    if "operator" not in text and "<" not in text.split(" ")[0]:
        text = text.split(" ")[-1] if "<" not in text else re.sub(r"^[^<]* (?=[^ <]*<)", "", text)
    return text.strip()[:80] or name[:80]


def main():
    nm, cxxfilt, kernel, output = sys.argv[1:]
    lines = subprocess.run([nm, "--defined-only", kernel], check=True, capture_output=True, text=True).stdout.splitlines()
    symbols = {}
    bounds = {}
    for line in lines:
        value, kind, name = line.split(maxsplit=2)
        address = int(value, 16)
        if name in ("__text_start", "__text_end"):
            bounds[name] = address
        elif kind in "tTwW" and name != "__image_start" and not name.startswith(".L"):
            # Several names for one place: the first in sorted order, so that the output is always the same.
            symbols[address] = min(symbols.get(address, name), name)
    start, end = bounds["__text_start"], bounds["__text_end"]
    ordered = sorted(address for address in symbols if start <= address < end)
    names = subprocess.run([cxxfilt], input="\n".join(symbols[address] for address in ordered), check=True,
                           capture_output=True, text=True).stdout.splitlines()
    blob = bytearray()
    name_offsets = [0]
    for name in names:
        blob += shorten(name).encode()
        name_offsets.append(len(blob))
    words = [len(ordered)] + [address - start for address in ordered] + [end - start] + name_offsets
    table = struct.pack(f"<{len(words)}I", *words) + bytes(blob)
    with open(output, "w") as file:
        file.write('    .section .martlet_symbols, "a"\n')
        for offset in range(0, len(table), 32):
            file.write("    .byte " + ",".join(str(byte) for byte in table[offset:offset + 32]) + "\n")
        file.write('    .section .note.GNU-stack, "", @progbits\n')


if __name__ == "__main__":
    main()
