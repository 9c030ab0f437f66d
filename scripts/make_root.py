#!/usr/bin/python3
"""Stages the root file system: the skeleton, the programs (stripped) and the symbolic links.

usage: make_root.py --root DIR --skeleton DIR --version FILE --os-release FILE --strip STRIP
                    [--program FILE=PATH]... [--link PATH=TARGET]...
"""
import argparse
import os
import shutil
import subprocess
import urllib.parse


def main():
    parser = argparse.ArgumentParser()
    for name in ("root", "skeleton", "version", "os-release", "strip"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--program", action="append", default=[])
    parser.add_argument("--link", action="append", default=[])
    arguments = parser.parse_args()
    root = arguments.root
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(arguments.skeleton, root, symlinks=True)
    for folder, _, files in os.walk(root):
        if ".keep" in files:
            os.unlink(os.path.join(folder, ".keep"))
    version = open(arguments.version).read().strip()
    template = open(arguments.os_release).read()
    with open(os.path.join(root, "etc/os-release"), "w") as out:
        out.write(template.replace("@VERSION@", version))
    for item in arguments.program:
        source, path = item.rsplit("=", 1)
        target = root + path
        os.makedirs(os.path.dirname(target), exist_ok=True)
        subprocess.run([arguments.strip, "--strip-all", "-o", target, source], check=True)
        os.chmod(target, 0o755)
    for item in arguments.link:
        # Percent-encoded, because CMake lists cannot hold a bracket (/bin/[).
        path, link_target = (urllib.parse.unquote(part) for part in item.split("=", 1))
        link = root + path
        os.makedirs(os.path.dirname(link), exist_ok=True)
        # Relative, so that the staged tree also works on the host.
        if link_target.startswith("/"):
            link_target = os.path.relpath(link_target, os.path.dirname(path))
        elif "/" not in link_target:
            link_target = os.path.relpath("/bin/" + link_target, os.path.dirname(path))
        os.symlink(link_target, link)


main()
