#!/usr/bin/python3
"""Makes the manual pages, and the list of options from which the shell completes.

usage: make_manual.py COREUTILS DOCUMENTS SYSCALLS.md ROOT

COREUTILS --describe gives the tools' tables: the same that --help and the option parser use. DOCUMENTS/NAME.SECTION.md
are pages written by hand:

    # sh - command interpreter        becomes the title and NAME
    ## SECTION                        and ### Subsection
    - `term`: text                    a tagged paragraph; - text: a bullet
    ```                               an example, until the next ```
    `code`, **bold**, *emphasis*

Pages go to ROOT/usr/share/man in the format of man(7), gzipped; the list to ROOT/usr/share/sh/options.
"""
import gzip
import os
import pathlib
import re
import subprocess
import sys

SOURCE = "Martlet"
ADMINISTRATION = {"chroot", "dmesg", "fsck", "halt", "insmod", "losetup", "mkswap", "mount", "poweroff", "reboot", "shutdown",
                  "swapon", "sysctl", "umount", "switch_root", "pivot_root"}


def escape(text):
    """Plain text for roff: nothing in it is special."""
    return text.replace("\\", "\\e").replace("-", "\\-")


def text_line(text):
    return "\\&" + text if text[:1] in (".", "'") else text


class Tool:
    def __init__(self, name, summary, usage_status, failure_status):
        self.name, self.summary = name, summary
        self.usage_status, self.failure_status = int(usage_status), int(failure_status)
        self.forms, self.options, self.notes = [], [], []


def read_tools(description):
    tools = []
    for line in description.splitlines():
        kind, *fields = line.split("\t")
        if kind == "tool":
            tools.append(Tool(*fields))
        elif kind == "synopsis":
            tools[-1].forms.append(fields[0])
        elif kind == "option":
            tools[-1].options.append(tuple(fields))
        else:
            tools[-1].notes.append("\t".join(fields))
    return tools


def option_forms(option):
    """Every way to write an option, as roff: -a, --all=ARG."""
    letter, long_name, argument, _ = option
    optional = argument.startswith("[") and argument.endswith("]")
    shown = "\\fI" + escape(argument.strip("[]") if optional else argument) + "\\fR" if argument else ""
    forms = []
    if letter == "NUM":
        forms.append("\\fB\\-\\fINUM\\fR")
    elif letter:
        forms.append(f"\\fB\\-{escape(letter)}\\fR" + ("" if not shown or long_name else f"[{shown}]" if optional else f" {shown}"))
    if long_name:
        value = "" if not shown else f"[={shown}]" if optional else f"={shown}"
        forms.append(f"\\fB\\-\\-{escape(long_name)}\\fR{value}")
    return forms


def options_text(tool):
    """Listed options in their order; a row without help is another name of a listed one, or accepted without effect."""
    lines, rest, known = [], [], {}
    for option in tool.options:
        letter, _, argument, description = option
        if description:
            entry = [option_forms(option), description]
            lines.append(entry)
            known.setdefault((letter, argument), entry)
        else:
            rest.append(option)
    also = []
    for option in rest:
        entry = known.get((option[0], option[2])) if option[0] else None
        if entry and option[1]:
            entry[0] += option_forms(("", *option[1:]))
        elif option[1] or option[0].isalnum():
            also += option_forms(option)
    text = []
    for forms, description in lines + [[["\\fB\\-\\-help\\fR"], "display a short help and exit"],
                                       [["\\fB\\-\\-version\\fR"], "output version information and exit"]]:
        text += [".TP", ", ".join(forms), text_line(escape(description))]
    if also:
        text += [".PP", "Also accepted: " + ", ".join(also) + "."]
    return text


def tool_page(tool):
    section = "8" if tool.name in ADMINISTRATION else "1"
    name = escape(tool.name)
    summary = tool.summary.rstrip(".")
    words = summary.split(" ", 1)
    lead = words[0].lower() if words[0].istitle() else words[0]
    lines = [f'.TH {tool.name.upper()} {section} "" "{SOURCE}" "User commands"', ".SH NAME",
             f"{name} \\- {escape(' '.join([lead] + words[1:]))}", ".SH SYNOPSIS"]
    for form in tool.forms:
        lines += [f"\\fB{name}\\fR {escape(form)}".rstrip(), ".br"]
    lines += [".SH DESCRIPTION", text_line(escape(tool.summary))]
    if tool.notes:
        lines += [".PP", ".nf"] + [text_line(escape(note)) for note in tool.notes] + [".fi"]
    lines += [".SH OPTIONS"] + options_text(tool)
    lines += [".SH EXIT STATUS", f"0 when all went well; {tool.usage_status} after a wrong option or operand"
              + (f", {tool.failure_status} when the output cannot be written." if tool.failure_status != tool.usage_status
                 else " and when the output cannot be written.")]
    return f"man{section}/{tool.name}.{section}", "\n".join(lines) + "\n"


def inline(text):
    """`code`, **bold** and *emphasis* of one line."""
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\*[^* ][^*]*\*)", text)
    result = ""
    for part in parts:
        if part.startswith("`") and len(part) > 2:
            result += "\\fB" + escape(part[1:-1]) + "\\fR"
        elif part.startswith("**") and len(part) > 4:
            result += "\\fB" + escape(part[2:-2]) + "\\fR"
        elif part.startswith("*") and part.endswith("*") and len(part) > 2:
            result += "\\fI" + escape(part[1:-1]) + "\\fR"
        else:
            result += escape(part)
    return result


def markdown_page(path):
    name, section = path.name[:-len(".md")].rsplit(".", 1)
    lines, example, fresh = [], False, True
    for line in path.read_text().splitlines():
        if line.startswith("```"):
            example = not example
            lines += [".PP", ".RS 4", ".EX"] if example else [".EE", ".RE"]
            fresh = False
        elif example:
            lines.append(text_line(escape(line)))
        elif line.startswith("# "):
            lines += [f'.TH {name.upper()} {section} "" "{SOURCE}" "{SOURCE} manual"', ".SH NAME",
                      escape(line[2:]).replace(" \\- ", " \\- ", 1)]
        elif line.startswith("## "):
            lines.append(".SH " + escape(line[3:]))
            fresh = False
        elif line.startswith("### "):
            lines.append(".SS " + escape(line[4:]))
            fresh = False
        elif match := re.match(r"- (`[^`]+`(?:, `[^`]+`)*): ?(.*)", line):
            lines += [".TP", inline(match[1])] + ([text_line(inline(match[2]))] if match[2] else [])
        elif line.startswith("- "):
            lines += [".IP \\(bu 2", text_line(inline(line[2:]))]
        elif not line.strip():
            fresh = True
            continue
        else:
            if fresh and lines:
                lines.append(".PP")
            lines.append(text_line(inline(line.strip())))
        fresh = False
    return f"man{section}/{name}.{section}", "\n".join(lines) + "\n"


def syscalls_page(path):
    lines = ['.TH SYSCALLS 2 "" "Martlet" "System calls"', ".SH NAME", "syscalls \\- the system calls of Martlet's kernel",
             ".SH DESCRIPTION", "The numbers, arguments and results are those of Linux on x86\\-64.", ".SH SYSTEM CALLS", ".nf"]
    for line in path.read_text().splitlines():
        if match := re.match(r"\| (\d+) \| (\w+) \| (?:`(.*)`)? ?\| ([^|]*) \|", line):
            lines.append(f"{match[1]:>4}  \\fB{match[2]}\\fR({escape(match[3] or '')}): {escape(match[4])}")
    return "man2/syscalls.2", "\n".join(lines + [".fi"]) + "\n"


def completion_line(tool):
    words = []
    for letter, long_name, argument, _ in tool.options:
        if letter and letter != "NUM":
            words.append("-" + letter)
        if long_name:
            words.append(f"--{long_name}" + ("=" if argument and not argument.startswith("[") else ""))
    return " ".join([tool.name, *sorted(set(words) | {"--help", "--version"})])


def main():
    program, documents, syscalls, root = sys.argv[1:]
    description = subprocess.run([program, "--describe"], capture_output=True, text=True, check=True).stdout
    tools = read_tools(description)
    pages = dict(tool_page(tool) for tool in tools)
    pages.update([syscalls_page(pathlib.Path(syscalls))])
    pages.update(markdown_page(path) for path in sorted(pathlib.Path(documents).glob("*.md")) if path.name != "README.md")
    manual = pathlib.Path(root, "usr/share/man")
    for name, text in pages.items():
        target = manual / (name + ".gz")
        os.makedirs(target.parent, exist_ok=True)
        target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    options = pathlib.Path(root, "usr/share/sh/options")
    os.makedirs(options.parent, exist_ok=True)
    options.write_text("".join(completion_line(tool) + "\n" for tool in tools))


main()
