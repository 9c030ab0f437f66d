"""What still prints something else than on Linux, and why: docs/GAPS.md has the same in prose."""

KNOWN_GAPS = {
    ("base", "util-linux"): "no loop devices and namespaces yet",
    ("base", "procps"): "not all files of /proc are there yet",
    ("base", "sockets"): "no sockets and inotify yet",
    ("base", "strace"): "ptrace is not complete yet",
    ("compiler", "gcc-gdb"): "ptrace is not complete yet",
    ("perl-git", "perl"): "no sockets and System V IPC yet",
    ("python", "features"): "no sockets yet",
    ("python", "regression"): "not all modules pass yet",
}
