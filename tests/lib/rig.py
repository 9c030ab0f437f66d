"""Runs one program as the only user process of a kernel in QEMU: Martlet's, or Debian's cloud kernel as the oracle.

Both get the same machine and the same initramfs; the first process is tests/lib/rig_init.c. The Linux kernel is fetched once
with `apt-get download` and kept in build/cache/.
"""
import glob
import os
import re
import shutil
import stat
import subprocess
import tempfile

from machine import BUILD, REPOSITORY, variant_path

CACHE = os.environ.get("MARTLET_CACHE", os.path.join(REPOSITORY, "build", "cache"))
LINUX_PACKAGE = "linux-image-cloud-amd64"
MODULES = ("drivers/block/loop.ko", "fs/overlayfs/overlay.ko", "fs/isofs/isofs.ko")


def linux_kernel():
    """The path of Debian's cloud kernel."""
    found = sorted(glob.glob(os.path.join(CACHE, "linux", "boot", "vmlinuz-*-cloud-amd64")))
    if found:
        return found[-1]
    folder = os.path.join(CACHE, "linux")
    os.makedirs(folder, exist_ok=True)
    depends = subprocess.run(["apt-cache", "depends", LINUX_PACKAGE], capture_output=True, text=True, check=True).stdout
    package = re.search(r"Depends: (linux-image-[\w.-]+-cloud-amd64)", depends).group(1)
    subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True)
    archive = glob.glob(os.path.join(folder, package + "_*.deb"))[0]
    subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    os.unlink(archive)
    os.makedirs(os.path.join(folder, "modules"), exist_ok=True)
    for module in MODULES:
        found = glob.glob(os.path.join(folder, "lib/modules/*/kernel", module))
        shutil.move(found[0], os.path.join(folder, "modules", os.path.basename(module)))
    shutil.rmtree(os.path.join(folder, "lib"))
    return linux_kernel()


def linux_modules():
    """What Martlet has built in and the cloud kernel has as modules; the first process loads them."""
    linux_kernel()
    return sorted(glob.glob(os.path.join(CACHE, "linux", "modules", "*.ko")))


def build_program(name, sources, compiler=("gcc",), flags=()):
    """A static program for both kernels, in build/cache/; built again when a source is newer."""
    path = os.path.join(CACHE, "programs", name)
    sources = [os.path.join(REPOSITORY, source) for source in sources]
    headers = [header for source in sources for header in glob.glob(os.path.dirname(source) + "/*.h")]
    if not os.path.exists(path) or any(os.path.getmtime(source) > os.path.getmtime(path) for source in sources + headers):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run([*compiler, "-O2", "-static", "-pthread", "-Wall", "-Wextra", *flags, "-o", path, *sources], check=True)
    return path


def rig_init():
    return build_program("rig-init", ["tests/lib/rig_init.c"])


def kernel_bench():
    sources = sorted(os.path.relpath(path, REPOSITORY) for path in glob.glob(os.path.join(REPOSITORY, "tests/bench/*.cpp")))
    return build_program("kernel-bench", sources, compiler=("g++",), flags=("-std=c++20", "-Wl,-e,bench_entry"))


class Files:
    """What a rig's root holds, or what an archive adds to one: paths to (mode, bytes | host path | link target)."""

    def __init__(self, is_root=True):
        self.entries = {}
        if not is_root:
            return
        for folder in ("dev", "proc", "sys", "tmp", "root", "etc"):
            self.folder(folder)
        self.entries["dev/console"] = (stat.S_IFCHR | 0o600, b"")
        self.file("init", rig_init(), 0o755)

    def folder(self, path):
        path = path.strip("/")
        if path and path not in self.entries:
            self.folder(os.path.dirname(path))
            self.entries[path] = (stat.S_IFDIR | 0o755, b"")

    def file(self, path, source, mode=None):
        """`source`: bytes, or a path of the host."""
        path = path.strip("/")
        self.folder(os.path.dirname(path))
        if mode is None:
            mode = 0o644 if isinstance(source, bytes) else stat.S_IMODE(os.stat(source).st_mode)
        self.entries[path] = (stat.S_IFREG | mode, source)

    def link(self, path, target):
        self.folder(os.path.dirname(path.strip("/")))
        self.entries[path.strip("/")] = (stat.S_IFLNK | 0o777, target.encode())

    def _body(self, mode, source):
        if isinstance(source, bytes):
            return source
        with open(source, "rb") as file:
            return file.read()

    def write_cpio(self, path):
        """A newc archive with Linux's modules; archives may be concatenated."""
        modules = [(f"modules/{os.path.basename(path)}", (stat.S_IFREG | 0o644, path)) for path in linux_modules()]
        entries = [("modules", (stat.S_IFDIR | 0o755, b"")), *modules, *self.entries.items(), ("TRAILER!!!", (0, b""))]
        with open(path, "wb") as out:
            for inode, (name, (mode, source)) in enumerate(entries, 1):
                body = b"" if name == "TRAILER!!!" else self._body(mode, source)
                device = (5, 1) if stat.S_ISCHR(mode) else (0, 0)
                encoded = name.encode() + b"\0"
                fields = (inode, mode, 0, 0, 1, 0, len(body), 0, 0, *device, len(encoded), 0)
                head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
                out.write(head + bytes(-len(head) % 4) + body + bytes(-len(body) % 4))


class Outcome:
    """What a run printed, and how it ended: an exit status, or -signal, or None when the machine fell silent or stopped."""

    def __init__(self, console):
        self.console = console
        text = console.replace("\r", "")
        end = re.search(r"^rig: (status|signal) (\d+)$", text, re.MULTILINE)
        self.status = None if end is None else int(end.group(2)) * (1 if end.group(1) == "status" else -1)
        begin = re.search(r"rig: begin\n", text)
        self.output = text[begin.end() if begin else 0:end.start() if end else len(text)]


def run(kernel, arguments, files=None, memory="512M", cpus=1, icount=False, cpu="max", variant="release", seconds=300,
        append="", extra=(), initrd=None):
    """Boots `kernel` ("martlet" or "linux"), runs `arguments` there and answers the Outcome.

    `initrd`: an archive made before by write_cpio, instead of `files`.
    """
    with tempfile.TemporaryDirectory(prefix="rig-") as folder:
        if initrd is None:
            initrd = os.path.join(folder, "initrd")
            (files or Files()).write_cpio(initrd)
        image = variant_path(variant, "kernel.elf") if kernel == "martlet" else linux_kernel()
        append = f"console=ttyS0 {append} " + (
            ("" if "loglevel" in append else "quiet loglevel=3 ") + "martlet.exit_on_panic" if kernel == "martlet" else "quiet loglevel=1 mitigations=off panic=-1")
        command = ["timeout", "-k", "5", str(seconds), "qemu-system-x86_64", "-accel", os.environ.get("ACCEL", "tcg"),
                   "-m", memory, "-smp", str(cpus), "-cpu", cpu, "-display", "none", "-serial", "stdio", "-monitor", "none",
                   "-no-reboot", "-net", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                   "-kernel", image, "-initrd", initrd, "-append", f"{append} rdinit=/init -- {' '.join(arguments)}"]
        if icount:
            command += ["-icount", "shift=0,sleep=off"]
        done = subprocess.run(command + list(extra), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        return Outcome(done.stdout.decode("utf-8", "replace"))
