"""Roots of Debian's unmodified packages made once and kept in build/cache/debian/.

apt resolves each group's packages with their whole closure against an empty status file and downloads them; dpkg-deb
unpacks. What a package's installation script would have made and the programs need (the merged /usr, accounts, the
linker's cache) is made here. Manuals, translations and the like are left out of the archives.
"""
import fcntl
import glob
import hashlib
import os
import re
import shutil
import stat
import subprocess

import rig

CACHE = os.path.join(rig.CACHE, "debian")
BASE = "base-files libc-bin hostname login ncurses-base bash dash coreutils procps sysvinit-utils util-linux bsdutils bsdextrautils uuid-runtime mount sed grep findutils mawk diffutils busybox-static bash-static zsh-static"
GROUPS = {
    "base": BASE + " lua5.4 sqlite3 tar gzip rsync socat inotify-tools lsof strace dbus-daemon stress-ng htop tmux",
    "perl-git": BASE + " perl git",
    "python": BASE + " python3 libpython3.11-testsuite",
    "compiler": BASE + " gcc g++ gdb strace libc6-dev musl-dev musl-tools",
}
LEFT_OUT = re.compile(r"^usr/share/(doc|man|locale|info|lintian|bash-completion|zoneinfo|i18n|bug|gcc/python)(/|$)|"
                      r"^usr/lib/x86_64-linux-gnu/gconv/(?!gconv-modules|UTF)|^usr/lib/gcc/.*/(lto1|lto-dump|cc1obj)$|"
                      r"^usr/lib/x86_64-linux-gnu/(perl/.*/auto/Encode/(JP|KR|CN|TW)/)|__pycache__")
ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
                  "messagebus:x:100:101::/nonexistent:/usr/sbin/nologin\nuser:x:1000:1000:user:/home/user:/bin/bash\n",
    "etc/group": "root:x:0:\ntty:x:5:\nnogroup:x:65534:\nmessagebus:x:101:\nuser:x:1000:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "etc/hostname": "martlet\n",
}


def download(packages):
    """Fetches the closure of the packages; answers the paths of the .deb files."""
    os.makedirs(os.path.join(CACHE, "archives", "partial"), exist_ok=True)
    status = os.path.join(CACHE, "status")
    open(status, "w").close()
    apt = ["apt-get", "-y", "-qq", "--no-install-recommends", "-o", f"Dir::State::status={status}",
           "-o", f"Dir::Cache::archives={CACHE}/archives", "-o", "APT::Sandbox::User=root"]
    planned = subprocess.run([*apt, "-s", "install", *packages], capture_output=True, text=True, check=True).stdout
    subprocess.run([*apt, "-d", "install", *packages], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    paths = []
    for name, version, architecture in re.findall(r"^Inst (\S+) \((\S+) .*?\[(\w+)\]", planned, re.MULTILINE):
        paths.append(f"{CACHE}/archives/{name}_{version.replace(':', '%3a')}_{architecture}.deb")
    return paths


def unpack(group, root):
    os.makedirs(root)
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        os.makedirs(f"{root}/usr/{name}", exist_ok=True)
        os.symlink(f"usr/{name}", f"{root}/{name}")
    for path in download(GROUPS[group].split()):
        # Some packages still ship /bin and /lib as folders: their content goes through the links.
        archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "--keep-directory-symlink", "-C", root], stdin=archive.stdout, check=True)
        if archive.wait() != 0:
            raise RuntimeError(f"cannot unpack {path}")
    for name, text in ACCOUNTS.items():
        with open(os.path.join(root, name), "w") as out:
            out.write(text)
    os.makedirs(f"{root}/home/user", exist_ok=True)
    for link, target in (("usr/bin/awk", "mawk"), ("usr/bin/lua", "lua5.4"), ("usr/bin/sh", "dash")):
        if not os.path.lexists(f"{root}/{link}"):
            os.symlink(target, f"{root}/{link}")
    subprocess.run(["ldconfig", "-r", root], check=True, stderr=subprocess.DEVNULL)


def files_of(root):
    files = rig.Files()
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(folders + names):
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, root)
            if LEFT_OUT.search(inside):
                if name in folders:
                    folders.remove(name)
                continue
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                files.link(inside, os.readlink(path))
            elif stat.S_ISDIR(status.st_mode):
                files.folder(inside)
            elif stat.S_ISREG(status.st_mode):
                files.file(inside, path)
    return files


def archive(group):
    """The path of the group's cpio archive, made if it is not there."""
    os.makedirs(CACHE, exist_ok=True)
    with open(__file__, "rb") as source:
        recipe = hashlib.sha256(source.read())
    stem = os.path.join(CACHE, f"{group}-{recipe.hexdigest()[:12]}")
    with open(os.path.join(CACHE, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(stem + ".cpio"):
            for old in glob.glob(os.path.join(CACHE, group + "-*")):
                os.unlink(old)
            root = os.path.join(CACHE, "root-" + group)
            shutil.rmtree(root, ignore_errors=True)
            unpack(group, root)
            files_of(root).write_cpio(stem + ".cpio")
            shutil.rmtree(root)
    return stem + ".cpio"
