#!/usr/bin/env python3
"""Writes the names of all system calls, and by what kind of value each argument is, from kernel/syscall/table.cpp.

usage: make_call_names.py table.cpp OUTPUT

Each line of the output is a row of strace's table: {number, "name", "letters"}. The letters are those of
userland/coreutils/strace/decode.h; what a name does not tell is shown as a number in hexadecimal.
"""
import re
import sys

LETTERS = {
    "path": "p", "old_path": "p", "new_path": "p", "target": "p", "source": "p", "name": "p", "type": "p",
    "directory": "a", "old_directory": "a", "new_directory": "a",
    "mode": "o", "mask": "o", "signal": "s", "flags": "x", "descriptors": "x",
    "size": "u", "count": "u", "capacity": "u", "mask_size": "u", "offset": "d", "timeout_ms": "d", "timeout": "x",
}
NUMBERS = ("_id", "priority", "policy", "who", "which", "key", "value", "level", "family", "protocol")


def letter_of(argument):
    if argument in LETTERS:
        return LETTERS[argument]
    if argument == "fd" or argument.endswith("_fd"):
        return "f"
    return "d" if argument.endswith(NUMBERS) else "x"


def main(table, output):
    rows = []
    for number, name, arguments in re.findall(r'(?:row<\w+>|missing)\((\d+), "(\w+)"(?:, "([^"]*)")?\)', open(table).read()):
        names = [argument.strip() for argument in arguments.split(",") if argument.strip()]
        rows.append(f'{{{number}, "{name}", "{"".join(map(letter_of, names))}"}},\n')
    if len(rows) < 300:
        sys.exit(f"{table}: only {len(rows)} rows understood")
    with open(output, "w") as stream:
        stream.writelines(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
