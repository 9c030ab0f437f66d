#!/usr/bin/python3
"""Writes the generator's list of system calls from the kernel's table: number, name and a kind per argument.

usage: make_calls.py kernel/syscall/table.cpp OUTPUT
The kinds come from the table's argument names; a name that is not known here gets anything.
"""
import re
import sys

KINDS = {
    "Fd": "fd old_fd new_fd target_fd from_fd to_fd directory old_directory new_directory directory_fd epoll pidfd group in out "
          "epoll_fd socket listener queue first last fd_in fd_out mount_fd fs_fd from_directory to_directory group_fd",
    "Path": "path old_path new_path target source name put_old new_root type from_path to_path library key",
    "Size": "size count length old_size new_size mask_size limit value_size max_events most capacity nr_segments",
    "Address": "address old_address new_address address2 stack head word word2 futex",
    "Process": "process_id thread_id group_id process thread tgid pid tid who id process_group",
    "Signal": "signal",
    "Time": "timeout time times interval request deadline remaining duration new_value",
    "Flags": "flags mode protection operation option options which how command type policy resource advice whence clock "
             "clock_id what domain protocol level kind policy_flags domain_type event events",
}
KIND_OF = {name: kind for kind, names in KINDS.items() for name in names.split()}
# What would end the machine or the test itself rather than the caller.
NEVER = {"reboot", "kexec_load", "kexec_file_load", "vhangup", "swapon", "swapoff", "init_module", "finit_module",
         "delete_module", "iopl", "ioperm"}


def main():
    text = open(sys.argv[1]).read()
    lines = []
    for number, name, names in re.findall(r'row<[^>]*>\((\d+), "(\w+)"(?:,\s*"([^"]*)")?\)', text):
        if name in NEVER:
            continue
        kinds = [KIND_OF.get(argument, "Any") for argument in filter(None, names.split(", "))]
        kinds += ["None"] * (6 - len(kinds))
        lines.append(f'    {{{number}, "{name}", {{{", ".join("Kind::" + kind for kind in kinds)}}}}},')
    with open(sys.argv[2], "w") as out:
        out.write("// Made by tests/fuzz/make_calls.py.\nconstexpr Call kCalls[] = {\n" + "\n".join(lines) + "\n};\n")


main()
