"""An unmodified Linux initramfs on Martlet's kernel: cpio, plain, gzip or lz4, several in a row, and what the command line says."""
import gzip
import os
import stat
import struct
import subprocess

import pytest

from machine import Machine

PANIC_STATUS = 255
CONSOLE = r"[/~] # "


class Cpio:
    """Builds newc archives entry by entry: what no tool would write can be written too."""

    def __init__(self, magic="070701"):
        self.magic, self.data, self.inode = magic, b"", 100

    def add(self, name, mode, body=b"", uid=0, gid=0, links=1, inode=None, mtime=1_000_000_000, device=(0, 0), checksum=None):
        self.inode += 1
        if checksum is None:
            checksum = sum(body) & 0xffffffff if self.magic == "070702" else 0
        raw = name.encode() + b"\0"
        fields = (inode or self.inode, mode, uid, gid, links, mtime, len(body), 8, 1, *device, len(raw), checksum)
        self.data += self.magic.encode() + b"".join(b"%08X" % field for field in fields) + raw
        self.pad()
        self.data += body
        self.pad()
        return self

    def pad(self):
        self.data += b"\0" * (-len(self.data) % 4)

    def end(self):
        return self.add("TRAILER!!!", 0).data


def root_tree(folder, init):
    """A busybox root as people make it."""
    for name in ("bin", "proc", "sys", "etc"):
        (folder / name).mkdir(parents=True)
    data = open("/bin/busybox", "rb").read()
    (folder / "bin/busybox").write_bytes(data)
    (folder / "bin/busybox").chmod(0o755)
    os.symlink("busybox", folder / "bin/sh")
    (folder / "init").write_text(init)
    (folder / "init").chmod(0o755)
    os.mkfifo(folder / "etc/fifo")
    os.link(folder / "init", folder / "etc/second-name")
    return folder


def pack(folder):
    names = "\n".join(sorted(str(path.relative_to(folder)) for path in folder.rglob("*")))
    return subprocess.run(["busybox", "cpio", "-o", "-H", "newc", "-R", "0:0"], cwd=folder, input=names.encode(),
                          stdout=subprocess.PIPE, check=True).stdout


def boot(tmp_path, archive, name, append=""):
    path = tmp_path / "initramfs"
    path.write_bytes(archive)
    return Machine(name, initrd=str(path), append="martlet.exit_on_panic console=ttyS0 " + append)


SHELL_INIT = "#!/bin/sh\n/bin/busybox mount -t proc proc /proc\nexport PATH=/bin\n/bin/busybox --install -s /bin\nexec /bin/sh\n"


def lz4(data):
    return subprocess.run(["lz4", "-l", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lz4])
def test_a_busybox_initramfs_boots_to_its_shell(tmp_path, compress):
    archive = pack(root_tree(tmp_path / "root", SHELL_INIT))
    with boot(tmp_path, compress(archive), f"initramfs-{compress.__name__}") as machine:
        machine.expect(CONSOLE)
        machine.send("echo $$ $(readlink /proc/1/exe) $(ls /dev) $(ls -i /init /etc/second-name | awk '{print $1}' | uniq | wc -l)\r")
        machine.expect("1 /bin/busybox console 1\r*\n")
        machine.expect(CONSOLE)
        machine.send("ls -l /dev/console /etc/fifo | cut -c 1,2-10; tty; md5sum < /bin/busybox\r")
        digest = subprocess.run("md5sum < /bin/busybox", shell=True, stdout=subprocess.PIPE, text=True).stdout.split()[0]
        machine.expect("crw-------\r*\nprw")
        machine.expect(digest)
        machine.expect(CONSOLE)
        machine.send("mount -t devtmpfs dev /dev && ls -l /dev/null && poweroff -f\r")
        machine.expect("crw-rw-rw-")
        assert machine.wait_for_exit() == 0


def test_unknown_words_of_the_command_line_reach_init(tmp_path):
    init = "#!/bin/sh\necho args: \"$@\"\n/bin/busybox env | /bin/busybox sort\necho 'end of environment'\nexec /bin/sh\n"
    archive = pack(root_tree(tmp_path / "root", init))
    append = "quiet my.parameter=1 plain HOME=/tmp key=value text=\"two words\" key=second rootwait -- last key=argument"
    with boot(tmp_path, archive, "initramfs-words", append) as machine:
        machine.expect("args: plain last key=argument\r*\n")
        machine.expect("end of environment")
        lines = machine.serial.before.split()
        assert "HOME=/tmp" in lines and "TERM=linux" in lines and "key=second" in lines and "text=two" in lines
        assert "key=value" not in lines and not any("my.parameter" in line for line in lines)


def test_rdinit_names_the_first_program(tmp_path):
    archive = pack(root_tree(tmp_path / "root", "#!/bin/sh\necho wrong\n"))
    with boot(tmp_path, archive, "initramfs-rdinit", "rdinit=/bin/sh init=/nowhere") as machine:
        machine.expect(r"[/~] # ")
        machine.send("echo pid=$$\r")
        machine.expect("pid=1\r*\n")


def test_several_archives_plain_and_gzip_with_zeros_between(tmp_path):
    first = Cpio().add("early", stat.S_IFREG | 0o644, b"early\n").add("init", stat.S_IFREG | 0o755, b"#!/bin/sh\necho wrong\n").end()
    second = gzip.compress(pack(root_tree(tmp_path / "root", SHELL_INIT)))
    third = (Cpio("070702").add("late", stat.S_IFREG | 0o640, b"late\n", uid=7, gid=8).add("dir", stat.S_IFDIR | 0o1750)
             .add("dir/device", stat.S_IFCHR | 0o620, device=(1, 3)).add("a/b/c", stat.S_IFREG | 0o600, b"deep")
             .add("one", stat.S_IFREG | 0o644, b"", links=2, inode=77).add("two", stat.S_IFREG | 0o644, b"shared\n", links=2, inode=77).end())
    fourth = gzip.compress(Cpio().add("last", stat.S_IFLNK | 0o777, b"late").end())
    archive = first + b"\0" * 512 + second + b"\0" * (-(len(first) + 512 + len(second)) % 4) + third + fourth + b"\0" * 99
    with boot(tmp_path, archive, "initramfs-several") as machine:
        machine.expect(CONSOLE)
        machine.send("cat /early /last /one; stat -c '%a %u %g %Y %F %h' /late /dir /one; stat -c '%a %t %T' /dir/device; cat /a/b/c; echo\r")
        for line in ("early", "late", "shared", "640 7 8 1000000000 regular file 1", "1750 0 0 1000000000 directory 2",
                     "644 0 0 1000000000 regular file 2", "620 1 3", "deep"):
            machine.expect(line + "\r*\n")


def gzip_with(change):
    data = bytearray(gzip.compress(Cpio().add("file", stat.S_IFREG | 0o644, os.urandom(5000)).end()))
    change(data)
    return bytes(data)


def lz4_with(change):
    data = bytearray(lz4(bytes(1000) + os.urandom(5000)))
    change(data)
    return bytes(data)


DAMAGED = [
    ("truncated", Cpio().add("file", stat.S_IFREG | 0o644, b"x" * 5000).end()[:3000], "cut short"),
    ("magic", Cpio().add("file", stat.S_IFREG | 0o644, b"x" * 3).data + b"07x7" * 60, "no cpio header"),
    ("number", Cpio().end().replace(b"0000000B", b"000000ZB"), "bad number"),
    ("checksum", Cpio("070702").add("file", stat.S_IFREG | 0o644, b"abc", checksum=1).end(), "wrong checksum"),
    ("odc", b"070707" + b"0" * 200, "old character format"),
    ("junk", Cpio().end() + b"junk", "neither a cpio header nor compressed data"),
    ("gzip-bits", gzip_with(lambda data: data.__setitem__(slice(20, 60), bytes(40))), "initramfs: unpacking failed"),
    ("gzip-crc", gzip_with(lambda data: data.__setitem__(-8, data[-8] ^ 1)), "wrong checksum of the compressed"),
    ("gzip-short", gzip_with(lambda data: data.__delitem__(slice(-3000, None))), "cut short"),
    ("xz", b"\xfd7zXZ\0" + bytes(100), r"gzip or lz4 only \[xz\]"),
    ("zstd", struct.pack("<I", 0xFD2FB528) + bytes(100), r"gzip or lz4 only \[zstd\]"),
    ("lz4-short", lz4(bytes(100000))[:-10], r"cut short \[lz4\]"),
    ("lz4-bits", lz4_with(lambda data: data.__setitem__(slice(9, 60), b"\xf0" * 51)), r"unpacking failed: .* \[lz4\]"),
    ("lz4-frame", struct.pack("<I", 0x184D2204) + bytes(100), r"gzip or lz4 only \[lz4 frame\]"),
]


@pytest.mark.parametrize("name,archive,message", DAMAGED, ids=[name for name, _, _ in DAMAGED])
def test_a_damaged_initramfs_is_told_apart(tmp_path, name, archive, message):
    with boot(tmp_path, archive, f"initramfs-{name}") as machine:
        machine.expect(message)
        machine.expect("anic: .*init")
        assert machine.wait_for_exit() == PANIC_STATUS
