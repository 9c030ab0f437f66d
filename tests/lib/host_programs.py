"""The host's own programs, dynamically linked and unmodified, with the libraries they need, on an extra initrd."""
import os
import re
import shutil
import subprocess


def libraries_of(path):
    """The shared objects that the host's dynamic loader would load for a program, itself included."""
    listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def stage_programs(stage, programs, files=()):
    """Copies programs and files ({path on the machine: path here}) below `stage`, each library to its own path."""
    wanted = {**programs, **dict(files)}
    for here in programs.values():
        wanted.update({library: library for library in libraries_of(here)})
    for place, here in wanted.items():
        target = os.path.join(stage, place.lstrip("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(here, target)


def append_to_initrd(initrd, stage):
    """With tar -r, as anyone may."""
    subprocess.run(["tar", "--owner=root", "--group=root", "-rf", initrd, "-C", stage, *sorted(os.listdir(stage))], check=True)
