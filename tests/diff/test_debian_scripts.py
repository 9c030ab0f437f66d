"""Maintainer scripts of the Debian packages on this machine, executed: by Martlet's sh and by dash, each in a copy of the
machine's own root that is thrown away (an overlay in a name space of mounts). The tools of dpkg and of services are
stand-ins that note how they are called. Output, status, calls and the files that are left must be the same."""
import glob
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
ROOT = pathlib.Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()
SHELLS = {"ours": str(ROOT / "bin" / "sh"), "dash": "/bin/dash"}
PACKAGES = 3
ARGUMENTS = {"preinst": ("install", "upgrade 0.1"), "postinst": ("configure", "configure 0.1", "triggered x"),
             "prerm": ("remove", "upgrade 9"), "postrm": ("remove", "purge", "abort-install")}
STAND_INS = """update-rc.d deb-systemd-helper deb-systemd-invoke systemctl invoke-rc.d adduser addgroup useradd groupadd usermod
    deluser delgroup update-alternatives dpkg-statoverride dpkg-divert dpkg-trigger ucf ucfr systemd-tmpfiles systemd-sysusers
    pam-auth-update runlevel start-stop-daemon setcap ldconfig py3compile py3clean update-initramfs update-mime-database
    install-info glib-compile-schemas gtk-update-icon-cache update-ca-certificates update-catalog""".split()
# In the name space: the copy of the root with the stand-ins, then each script with each of its arguments.
DRIVER = r"""
base=$1 shell=$2; shift 2
mount -t overlay overlay -o lowerdir=/,upperdir=$base/up,workdir=$base/work $base/root || exit 99
root=$base/root
mkdir -p $root/stand-ins
for tool in $STAND_INS; do
    printf '#!/bin/dash\necho "%s $*" >> /calls\n' $tool > $root/stand-ins/$tool; chmod 755 $root/stand-ins/$tool
done
cat > $root/usr/share/debconf/confmodule <<'END'
for verb in set input go title reset subst unregister purge version capb stop register fset fget metaget settitle; do
    eval "db_$verb() { echo db_$verb \"\$@\" >> /calls; RET=false; }"
done
db_get() { echo "db_get $*" >> /calls; RET=value; }
END
rm -f $root/usr/bin/sh; cp $shell $root/usr/bin/sh
while read -r script arguments; do
    echo "== $script $arguments" >> $root/calls
    env -i DPKG_MAINTSCRIPT_NAME=${script##*.} DPKG_MAINTSCRIPT_PACKAGE=package PATH=/stand-ins:/usr/sbin:/usr/bin:/sbin:/bin \
        LC_ALL=C.UTF-8 PERL_HASH_SEED=0 chroot $root timeout 20 /usr/bin/sh $script $arguments >> $root/calls 2>&1 < /dev/null
    echo "status $?" >> $root/calls
done < $base/list
cp $root/calls $base/calls
"""


def longest_scripts():
    """The scripts of the packages that have the most of them, as they are the most interesting."""
    size = {}
    for kind in ARGUMENTS:
        for path in glob.glob(f"/var/lib/dpkg/info/*.{kind}"):
            with open(path, "rb") as script:
                if re.match(rb"#! ?/bin/sh", script.readline()):
                    package = path.rsplit(".", 1)[0]
                    size[package] = size.get(package, 0) + os.path.getsize(path)
    packages = sorted(size, key=lambda package: (-size[package], package))[:PACKAGES]
    return [f"{package}.{kind} {words}" for package in packages for kind, variants in ARGUMENTS.items()
            if os.path.exists(f"{package}.{kind}") for words in variants]


def files_left(folder):
    left = {}
    for path, folders, files in os.walk(folder):
        for name in folders + files:
            each = os.path.join(path, name)
            relative = os.path.relpath(each, folder)
            if relative.startswith(("stand-ins", "calls", "usr/bin/sh")):
                continue
            information = os.lstat(each)
            if os.path.islink(each):
                what = os.readlink(each)
            elif os.path.isfile(each):
                what = hashlib.md5(pathlib.Path(each).read_bytes()).hexdigest()
            else:
                what = ""
            left[relative] = (oct(information.st_mode), information.st_uid, information.st_gid, what)
    return left


def outcome(base, shell, runs):
    shutil.rmtree(base, ignore_errors=True)
    for folder in ("up", "work", "root"):
        (base / folder).mkdir(parents=True)
    (base / "list").write_text("".join(run + "\n" for run in runs))
    done = subprocess.run(["unshare", "-m", "/bin/bash", "-c", DRIVER, "driver", base, shell], capture_output=True, timeout=300,
                          env={**os.environ, "STAND_INS": " ".join(STAND_INS)})
    if done.returncode == 99:
        pytest.skip("no overlay of the root can be mounted here")
    calls = (base / "calls").read_text(errors="backslashreplace")
    return re.sub(r"/tmp/tmp\.\w+|\d\d:\d\d:\d\d", "X", calls), files_left(base / "up")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a root of its own")
def test_maintainer_scripts_do_the_same_as_with_dash():
    runs = longest_scripts()
    if not runs:
        pytest.skip("no packages here")
    # Outside of /tmp, which may be a file system that an overlay does not take.
    base = HERE.parent.parent / "build" / "debian-scripts"
    try:
        ours, dash = (outcome(base, shell, runs) for shell in SHELLS.values())
    finally:
        shutil.rmtree(base, ignore_errors=True)
    assert ours[0].count("== ") == len(runs)
    assert ours[0].splitlines() == dash[0].splitlines()
    assert ours[1] == dash[1]
