"""What no tool may do whatever it is given: crash, hang, grow without need, say success for output that was not written,
lose a file to a full disk or a signal, show a name that controls the terminal. Each sweep goes over all tools it concerns.

The tools are taken from $MARTLET_ROOT/bin (default build/root). With $MARTLET_BAD_INPUT set to a number of rounds (1 without)
the garbage takes as many seeds, the signals as many moments each, and lines have 100 MB instead of 4 MB.
"""
import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("MARTLET_ROOT", Path(__file__).resolve().parents[2] / "build" / "root")).resolve()
ROUNDS = int(os.environ.get("MARTLET_BAD_INPUT", "1"))
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": str(ROOT / "bin"), "TERM": "dumb", "TZ": "UTC", "HOME": "/nonexistent"}
MEMORY = 600 << 20


@pytest.fixture(autouse=True)
def limited():
    """Tools get a bounded address space, and no core files."""
    kept = [(what, resource.getrlimit(what)) for what in (resource.RLIMIT_AS, resource.RLIMIT_CORE)]
    resource.setrlimit(resource.RLIMIT_AS, (max(MEMORY, 2 << 30 if ROUNDS > 1 else 0), kept[0][1][1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, kept[1][1][1]))
    yield
    for what, limits in kept:
        resource.setrlimit(what, limits)


def shell(script, directory, data=b"", timeout=20, **more):
    return subprocess.run([ROOT / "bin" / "sh", "-c", script], cwd=directory, input=data, capture_output=True, timeout=timeout,
                          check=False, env=ENVIRONMENT, **more)


# Tools that read; a file stands in for {}, otherwise they read standard input.
READERS = r"""
sort {}|sort -n {}|sort -h {}|sort -V {}|sort -g {}|sort -M {}|sort -zu {}|sort -k2,3 -t: {}|sort -R {}|sort -c {}|sort -m {} {}
uniq {}|uniq -c {}|uniq -zdi {}|uniq -f1 -s2 {}|cut -c2-5 {}|cut -b3 {}|cut -d: -f1,3- {}|tr a-z A-Z|tr -cs a-z '\n'|tr -d '\0'
wc {}|wc -mL {}|wc --files0-from={}|sed p {}|sed -n '/a/,/b/p' {}|sed 's/./x/g' {}|sed -n l {}|sed 'y/abc/xyz/' {}|sed -z 's/\n/,/g' {}
sed 'N;P;D' {}|sed -E 's/(.)(.)/\2\1/g' {}|sed '$!G' {}|sed -f {} /dev/null|awk '{ print NF, length($0), $2 }' {}
awk -F: '{ n += $1 } END { print n, NR }' {}|awk '{ gsub(/[^a-z]+/, "-"); print toupper($0) }' {}
awk 'BEGIN { RS = "" } { print NR ": " $1 }' {}|awk -f {} /dev/null|grep a {}|grep -c . {}|grep -vin x {}|grep -ao '[0-9]*' {}
grep -E '(a|b)+c?' {}|grep -F -e ab -e cd {}|grep -zw a {}|grep -f {} /dev/null|fold {}|fold -sw 20 {}|fold -bw 7 {}|fmt {}|fmt -w 30 {}
nl {}|nl -b pa {}|expand {}|expand -t 3,7 {}|unexpand -a {}|tac {}|tac -s a {}|rev {}|head {}|head -c -100 {}|head -n -3 {}|tail {}
tail -c 50 {}|tail -n +3 {}|paste -s {}|paste - - - {}|join {} {}|comm {} {}|od {}|od -c {}|od -t fFx1z -w24 {}|od -S 3 {}|xxd {}|xxd -p {}
xxd -i {}|xxd -b {}|xxd -r -p {}|hexdump {}|hexdump -C {}|strings {}|strings -n 2 -t x {}|base64 {}|base64 -di {}|base32 {}|base32 -d {}
cat -A {}|cat -bs {}|cksum {}|md5sum {}|sha512sum {}|md5sum -c {}|cksum -c {}|sum -s {}|gzip -c {}|gzip -dc {}|xz -c {}|xz -dc {}
lzcat {}|zstd -c {}|zstd -dc {}|tar tvf {}|tar tzf {}|tar tJf {}|tar xf {} -O|cpio -t|cpio -itv -H newc|unzip -l {}|unzip -p {}|ar t {}
uuencode x|uudecode -o /dev/null {}|pr -l 30 {}|pr -2 {}|column {}|column -s: -t {}|more {}|less {}|tsort {}|shuf {}|numfmt --to=iec {}
numfmt --from=auto --invalid=warn {}|iconv -f UTF-8 -t UTF-16 {}|iconv -f UTF-16 -t UTF-8 {}|iconv -c -f UTF-8 -t ASCII {}|dos2unix|ts
xargs echo|xargs -0 -n3 echo|split -b 20000 {}|split -l 100 {}|csplit -s {} 3 5|csplit -s {} /a/ '{*}'|bc|dc|factor|patch -p0 --dry-run -i {}
patch -f x {}|file {}|dd if={} status=none bs=7 conv=swab|dd if={} status=none conv=block,ucase cbs=20|dd if={} status=none conv=unblock cbs=20
man {}|ex -s {}|vi -es {}|date -f {}|look a {}|diff {} /dev/null|diff -y {} x|diff -u x {}|cmp -l {} x|stat {}|du --files0-from={}|sh -n {}
getopt a: -- -a "$(tr -d '\0' < {})"|printf "$(tr -d '\0' < {})"|expr "$(tr -d '\0' < {})" : '.*'|sort --files0-from={}|env -S "$(tr -d '\0' < {})"
"""
READERS = [command for line in READERS.split("\n") for command in line.split("|") if command]
GARBAGE = ("bytes", "utf8", "open end") + (("text", "nul", "empty", "newlines") if ROUNDS > 1 else ())
PIECES = [bytes(piece, "latin-1") for piece in (
    "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\xcc\x81", "\xff", "\xc3", "\xe4\xb8", "\xed\xa0\x80", "\xf4\x90\x80\x80",
    "a", " ",
    "\n", "\xc2\x9b", "\x1b[", "\xe2\x80\x8d")]


def garbage(kind, seed):
    numbers = random.Random(f"{kind} {seed}")
    size = numbers.choice((40, 3000, 70000)) if seed else 3000
    match kind:
        case "bytes":
            return numbers.randbytes(size)
        case "text":
            return bytes(numbers.choices(b"abcdef 0123456789\t\n:,.;\"'\\/-+\n", k=size))
        case "nul":
            return bytes(numbers.choices(b"\0\0ab\n", k=size))
        case "utf8":
            return b"".join(numbers.choices(PIECES, k=size // 3))
        case "newlines":
            return b"\n" * size
        case "open end":
            return bytes(numbers.choices(b"abc \n", k=size)) + b"end"
    return b""


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_crashes_no_tool(tmp_path, kind):
    problems = []
    for seed in range(ROUNDS):
        data = garbage(kind, seed)
        for command in READERS:
            (tmp_path / "x").write_bytes(data)
            try:
                status = shell(command.replace("{}", "x"), tmp_path, data).returncode
            except subprocess.TimeoutExpired:
                status = "no end"
            if status == "no end" or status < 0 or status > 125 and not command.startswith(("env", "sh")):
                problems.append((seed, command, status))
    assert not problems


# Tools that print a little, given the files of `stage`.
WRITERS = r"""
cat f|sort f|uniq f|cut -c1 f|tr a b <f|wc f|sed p f|awk 1 f|grep a f|fold f|fmt f|nl f|expand f|unexpand f|tac f|rev f|head f|tail f|join f f
comm f f|paste f f|od f|xxd f|hexdump f|strings f|diff f g|cmp f g|base64 f|base32 f|md5sum f|sha256sum f|cksum f|sum f|gzip -c f|xz -c f
zstd -c f|gzip -dc f.gz|tar cf - f|tar tf t.tar|tar xOf t.tar|cpio -o <names|echo x|printf x|ls|ls -l|pwd|env|printenv|date|id|whoami|uname
arch|cal|df|du|free|find .|stat f|file f|tree|tee <f|yes|seq 3|factor 12|expr 1 + 1|bc <calc|dc <calc|basename a/b|dirname a/b|realpath f
readlink -f f|dd if=f status=none|numfmt 1|shuf f|tsort f|column f|pr f|iconv -f UTF-8 -t UTF-16 f|ts <f|uuencode x <f|look a f|nproc|groups
hostname|uptime|ps|getconf ARG_MAX|getopt a -- b|ipcs|mountpoint /|nice|ls --help|ls --version|unzip -l u.zip|unzip -p u.zip|ar t a.a
ar p a.a|mktemp -u|namei f|vmstat|locale|sort --help|more f|less f|cp -v f o|mv -v f o|rm -v g|mkdir -v o|ln -v f o|install -v f o|truncate --help
xargs echo <names|timeout 9 cat f|nohup cat f|env cat f|split --help|comm -3 f g|patch -o - f p|split -n 1/2 f
"""
WRITERS = [command for line in WRITERS.split("\n") for command in line.split("|") if command]


@pytest.fixture
def stage(tmp_path):
    (tmp_path / "f").write_text("abc a\nb c\n" * 20)
    (tmp_path / "g").write_text("abc a\nb d\n" * 20)
    (tmp_path / "names").write_text("f\n")
    (tmp_path / "calc").write_text("1\np\n")
    (tmp_path / "p").write_text("--- f\n+++ f\n@@ -1,2 +1,2 @@\n-abc a\n+abd a\n b c\n")
    shell("cp f u1; tar cf t.tar u1; gzip -c f >f.gz; zip -q u.zip u1; ar rc a.a u1; rm u1", tmp_path)
    return tmp_path


# They do their work first, and then say it: what they say may be lost, the status tells.
def broken(stage, stdout=None, redirection="", **more):
    """The writers that succeed, or say nothing, although their output cannot be written."""
    problems = []
    kept = {path.name: path.read_bytes() for path in stage.iterdir()}
    for command in WRITERS:
        done = subprocess.run(["/bin/sh", "-c", f"exec {command} {redirection}"], cwd=stage, stdin=subprocess.DEVNULL, stdout=stdout,
                              stderr=subprocess.PIPE, timeout=20, check=False, env=ENVIRONMENT, **more)
        if done.returncode not in (1, 2, 3, 4, 50, 123, 125) or not done.stderr.strip():
            problems.append((command, done.returncode, done.stderr))
        for path in stage.iterdir():
            if path.name not in kept:
                path.rmdir() if path.is_dir() else path.unlink()
        for name, data in kept.items():
            if not (stage / name).exists() or (stage / name).read_bytes() != data:
                (stage / name).write_bytes(data)
    return problems


def test_output_on_a_full_device_is_an_error(stage):
    with open("/dev/full", "wb") as full:
        assert not broken(stage, stdout=full)


def test_output_to_a_closed_descriptor_is_an_error(stage):
    assert not broken(stage, redirection=">&-")


def closed_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "wb")


def test_output_to_a_broken_pipe_is_an_error_when_its_signal_is_ignored(stage):
    with closed_pipe() as pipe:
        assert not broken(stage, stdout=pipe, restore_signals=False)


def test_output_to_a_broken_pipe_ends_quietly_by_its_signal(stage):
    problems = []
    for command in WRITERS:
        if command.startswith(("cp", "mv", "rm", "mkdir", "ln", "install", "xargs", "timeout", "nohup")):
            continue
        with closed_pipe() as pipe:
            done = subprocess.run(["/bin/sh", "-c", "exec " + command], cwd=stage, stdin=subprocess.DEVNULL, stdout=pipe,
                                  stderr=subprocess.PIPE, timeout=20, check=False, env=ENVIRONMENT)
        if (done.returncode, done.stderr) != (-signal.SIGPIPE, b""):
            problems.append((command, done.returncode, done.stderr))
    assert not problems


def test_a_closed_standard_input_is_an_error(stage):
    problems = []
    for command in """cat|sort|uniq|cut -c1|tr a b|wc|sed p|awk 1|grep a|fold|fmt|nl|expand|tac|rev|head|tail|paste -|od|xxd|hexdump|strings
base64|base32 -d|md5sum|sha256sum|cksum|sum|gzip -c|xz -c|zstd -c|gzip -dc|tar tf -|cpio -t|cpio -o|tee o|dd status=none|shuf|tsort|column|pr
iconv -f UTF-8 -t UTF-16|ts|uuencode x|uudecode|bc|dc|xargs echo|patch f|diff - f|cmp - f|comm f -|join f -|split|csplit - 2|numfmt
sort -o f -|factor|wc --files0-from=-|unexpand|look a -|more""".replace("\n", "|").split("|"):
        done = shell(f"exec {command} <&-", stage)
        if done.returncode not in (1, 2, 3, 4, 123) or not done.stderr and not command.startswith(("more", "look")):
            problems.append((command, done.returncode, done.stdout[:50], done.stderr[:90]))
    assert (stage / "f").read_text() == "abc a\nb c\n" * 20
    assert not problems


@pytest.mark.parametrize("command", ["tar tf - <.", "tar tf .", "cpio -o <.", "bc <.", "date -f .", "csplit . 3", "uudecode .",
    "sysctl -p .", "tar cf o -T ."])
def test_a_file_that_cannot_be_read_is_an_error(stage, command):
    done = shell(command, stage)
    assert done.returncode in (1, 2) and b"Is a directory" in done.stderr, (done.returncode, done.stderr)


def test_a_dump_patches_what_is_there(stage):
    """xxd -r goes to the offsets of its lines in a file; a pipe knows no way back."""
    (stage / "bytes").write_bytes(b"0123456789")
    assert shell("printf '6: 41 42\\n2: 43\\n' | xxd -r - bytes", stage).returncode == 0
    assert (stage / "bytes").read_bytes() == b"01C345AB89"
    assert shell("printf '2: 41\\n' | xxd -r | od -An -tx1", stage).stdout == b" 00 00 41\n"
    done = shell("printf '6: 41 42\\n2: 43\\n' | { xxd -r; echo $? >status; } | cat", stage)
    assert (done.stderr, (stage / "status").read_text()) == (b"xxd: cannot seek backwards\n", "5\n")


def test_join_checks_the_order_only_where_lines_found_no_pair(stage):
    (stage / "one").write_text("a\nc\nb\n")
    (stage / "two").write_text("a\n")
    done = shell("join one two", stage)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"a\n", b"")


def test_a_closed_standard_error_is_no_file_that_is_opened_later(stage):
    """The first files opened would get the numbers 0, 1 and 2, and the messages."""
    for command in ("cat f missing", "cp missing f o", "sort -o o f missing", "sed -i p f missing", "tee o missing/x",
                    "tar cf o f missing", "dd if=f of=o",
                    "gzip -k f missing", "install f missing/x", "split f missing/x", "patch f p", "time true", "tar xvf t.tar",
                    "truncate -s9 f missing/x"):
        for closed in ("2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
            status = shell(f"exec {command} {closed}", stage).returncode
            assert 0 <= status < 125, (command, closed, status)
    for path in stage.iterdir():
        assert not any(word in path.read_bytes() for word in (b"missing:", b"No such", b"descriptor", b"records", b"real", b"atching")), path


NAMES = [b"new\nline", b"tab\there", b"-dash", b"--help", b"st*r?[a]", b"back\\slash", b"\xff\xfeinvalid", b"n" * 255, b"esc\x1b[31mred", b"trail  ",
         b" lead", b"qu'o\"te", b"\\n", b"$(x)`y`", b"a;b&c|d", b"\xc3\xa9\xe4\xb8\xad", b"\x7f\x01", b"a=b", b"!#~", b"car\rret", b"\xc2\x9bcsi"]


@pytest.fixture
def named(tmp_path):
    folder = os.fsencode(tmp_path / "in")
    os.mkdir(folder)
    for number, name in enumerate(NAMES):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"%d\n" % number)
        os.mkdir(os.path.join(folder, b"d" + name[:200]))
    return tmp_path


def contents(folder):
    result = {}
    for top, folders, files in os.walk(os.fsencode(folder)):
        for name in folders:
            result[os.path.relpath(os.path.join(top, name), os.fsencode(folder))] = None
        for name in files:
            path = os.path.join(top, name)
            with open(path, "rb") as file:
                result[os.path.relpath(path, os.fsencode(folder))] = file.read()
    return result


@pytest.mark.parametrize("trip", [
    "tar cf - . | tar xf - -C ../out", "tar cf ../a.tar . && tar xf ../a.tar -C ../out",
    "find . -print0 | cpio -0o | (cd ../out; cpio -id)",
    "find . -print0 | cpio -0o -H newc | (cd ../out; cpio -id)", "zip -qr ../a.zip . && unzip -q ../a.zip -d ../out",
    "cp -a . ../out", "find . -depth -print0 | cpio -0pd ../out", "find . -mindepth 1 -maxdepth 1 -print0 | xargs -0 cp -rt ../out",
    "find . -mindepth 1 -maxdepth 1 -exec cp -a {} ../out \\;", "for f in *; do cp -a -- \"$f\" ../out; done",
    "tar czf - -- * | tar xzf - -C ../out",
    "find . -print0 | tar cf - --no-recursion --null -T - | tar xf - -C ../out",
    "find . -type d -print0 | (cd ../out; xargs -0 mkdir -p); find . -type f -print0 | while IFS= read -r -d '' f; do cat \"$f\" >\"../out/$f\"; done"])
def test_names_of_every_kind_come_through(named, trip):
    (named / "out").mkdir()
    done = shell(trip, named / "in")
    assert done.returncode == 0, done.stderr
    assert contents(named / "out") == contents(named / "in"), done.stderr
    done = shell("diff -r in out", named)
    assert (done.returncode, done.stdout) == (0, b"")


def test_sums_check_names_of_every_kind(named):
    for tool in ("md5sum", "sha256sum", "sha1sum --tag"):
        done = shell(f"find . -type f -exec {tool} {{}} + >../sums && {tool.split()[0]} -c ../sums", named / "in")
        assert (done.returncode, done.stderr, done.stdout.count(b": OK\n")) == (0, b"", len(NAMES)), tool


def test_listings_show_no_control_characters_on_request(named):
    """A terminal gets the same; messages never have them."""
    controls = [bytes([byte]) for byte in range(32) if byte not in (9, 10)] + [b"\x7f", b"\xc2\x9b"]
    for command in ("ls -q", "ls -b", "ls -Q", "ls -lq", "ls --quoting-style=shell-escape", "ls -Cq", "stat -c %N -- *",
                    "find . -ls", "tree -a",
                    "tar tf ../a.tar", "tar cvf /dev/null ./* 2>&1", "cpio -tv <../a.cpio", "du -a | cat -v", "file ./* | cat -v"):
        shell("tar cf ../a.tar .; find . -print0 | cpio -0o >../a.cpio", named / "in")
        done = shell(command, named / "in")
        assert not any(control in done.stdout for control in controls), (command, done.stdout)
    for command in ("cat", "ls", "rm", "cp -t .", "stat", "sort", "sed p", "awk 1", "grep a", "tar xf", "tar cf /dev/null",
                    "gzip", "md5sum", "head", "rmdir", "touch -cr",
                    "cmp f", "diff f", "chmod +x", "chown 0", "du", "file", "find", "readlink -v", "realpath", "mv -t .",
                    "ln -t .", "test -e x", "tail", "wc",
                    "split", "od", "patch -i", "bc", "dc", "unzip", "ar t", "env", "nice", "timeout 1", "xargs -a", "install x",
                    "dd if=x", "mkdir", "mktemp", "chroot"):
        for name in NAMES:
            if not any(control in name for control in controls + [b"\n"]):
                continue
            done = subprocess.run([b"/bin/sh", b"-c", b'exec ' + command.encode() + b' "$1"', b"sh", b"/no/" + name[:50]], cwd=named, capture_output=True,
                                  timeout=20, check=False, env=ENVIRONMENT, stdin=subprocess.DEVNULL)
            assert not any(control in done.stderr for control in controls), (command, name, done.stderr)
            assert done.stderr.count(b"\n") <= 4, (command, name, done.stderr)


# Tools amid which a signal comes: command, files that are whole afterwards (as before, or as the command leaves them), whether
# others may stay behind.
BUSY = (
    ("sort -S 1M -T tmp big -o sorted", True),
    ("sort -S 1M -T tmp big >result", True),
    ("sed -i s/a/bb/ big", False),
    ("gzip -k big", False),
    ("unix2dos big", False),
    ("ar rc a.a big tree/f1 tree/f2", False),
    ("gzip big", False),
    ("gzip -d packed.gz", False),
    ("xz -0 big", False),
    ("zstd big", False),
    ("cp big copy", True),
    ("cp -a tree copy", True),
    ("mv big tree/moved", True),
    ("mv big /dev/shm/{unique}", True),
    ("install big copy", True),
    ("tar cf new.tar tree big", True),
    ("tar xf some.tar -C out", True),
    ("split -b 100000 big", True),
    ("dd if=big of=copy bs=1k", True),
    ("patch big change", False),
    ("tac big >result", True),
    ("shuf big -o result", True),
    ("zip z.zip big", False),
)


def busy_stage(path, numbers):
    big = b"".join(b"%d abcdefg %d\n" % (numbers.randrange(10**9), index) for index in range(120000))
    for name in ("tmp", "tree", "out"):
        (path / name).mkdir()
    (path / "big").write_bytes(big)
    for index in range(30):
        (path / "tree" / f"f{index}").write_bytes(big[:50000])
    first = big[:big.index(b"\n")].decode()
    (path / "change").write_text(f"--- big\n+++ big\n@@ -1 +1 @@\n-{first}\n+changed\n")
    shell("gzip -kc big >packed.gz; tar cf some.tar tree", path)


@pytest.mark.parametrize("command, leaves", BUSY)
def test_signals_amid_work_lose_nothing(tmp_path, command, leaves):
    numbers = random.Random(command)
    unique = f"bad-input-{os.getpid()}"
    command = command.replace("{unique}", unique)
    stage = tmp_path / "stage"
    stage.mkdir()
    busy_stage(stage, numbers)
    began = time.monotonic()
    assert shell(f"cp -a . ../whole; cd ../whole; {command}", stage).returncode == 0
    length = time.monotonic() - began
    before, after = contents(stage), contents(tmp_path / "whole")
    signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    for number in signals * ROUNDS if ROUNDS > 1 else [numbers.choice(signals)]:
        work = tmp_path / "work"
        shell("rm -rf work; cp -a stage work", tmp_path)
        process = subprocess.Popen(["/bin/sh", "-c", "exec " + command], cwd=work, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(numbers.random() * length * 0.6)
        process.send_signal(number)
        errors = process.communicate(timeout=20)[1]
        assert process.returncode in (0, -number), (number, process.returncode, errors)
        found = contents(work)
        moved = Path("/dev/shm") / unique
        for name in before.keys() - {b"out"}:
            kept = found.get(name, b"gone")
            if kept not in (before[name], after.get(name, b"gone")):
                assert False, (number, name, kept and len(kept), before[name] and len(before[name]))
            # What went away has to be somewhere else, whole.
            if name == b"big" and name not in found:
                others = [data for other, data in found.items() if other not in before and other in after and data == after[other]]
                assert others or moved.exists() and moved.read_bytes() == before[name], (number, found.keys())
        moved.unlink(missing_ok=True)
        if not leaves:
            made = {name for name in found if name not in before and found[name] != after.get(name, b"")}
            assert not made, (number, "half a file stays", made)
            assert found.keys() <= before.keys() | after.keys(), (number, found.keys() - before.keys())
        assert not [name for name in found if name.startswith(b"tmp/")], (number, "a temporary file stays")


# Writers that a disk of 200 KiB stops, at /full: what stays there as it was, and alone.
FILLING = (
    ("cp big /full/copy", None), ("mv big /full/copy", None), ("install big /full/copy", None), ("cp -a tree /full/", None),
    ("sed -i s/a/bb/ /full/big", "big"), ("sort -o /full/out big", None), ("gzip -c big >/full/x.gz", None),
    ("gzip -k /full/big", "big"), ("xz -0k /full/big", "big"), ("zstd /full/big", "big"), ("tar cf /full/a.tar big", None),
    ("tar xf some.tar -C /full", None),
    ("split -b 50000 big /full/s", None), ("tee /full/out <big >/dev/null", None), ("dd if=big of=/full/out status=none", None),
    ("cat big >/full/out", None),
    ("patch -o /full/out big change", None), ("patch /full/big change", "big"), ("unix2dos /full/big", "big"),
    ("zip /full/z.zip /full/big", "big"),
    ("gzip /full/big", "big"), ("ar rc /full/a.a /full/big", "big"), ("shuf -o /full/out big", None),
    ("cpio -o </dev/null >/dev/null; echo big | cpio -o >/full/a", None),
    ("zip /full/z.zip big", None), ("csplit -s -f /full/c big 6000", None), ("uniq big /full/out", None),
    ("awk '{ print > \"/full/out\" }' big", None),
    ("sed 'w /full/out' big >/dev/null", None), ("ed=1; vi -es /full/big <<'E'\n%s/a/bbbbbbbb/\nw\nE", "big"),
    ("xxd big /full/out", None),
    ("uuencode -o /full/out big big", None), ("iconv -f UTF-8 -t UTF-16 -o /full/out big", None),
    ("cp --sparse=never big /full/c", None), ("ln -f big /full/l", None),
    ("unzip -qd /full z.zip", None), ("ar rc /full/a.a big", None), ("truncate -s 0 /full/t; cat big >>/full/t", None),
    ("script -qc 'cat big' /full/ts", None),
)


def filled(stage, full, command):
    command = command.replace("/full", str(full))
    done = shell(command, stage, timeout=40)
    assert done.returncode > 0 and done.stderr.strip(), (command, done.returncode, done.stderr)


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory):
    path = tmp_path_factory.mktemp("full")
    if subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=200k",
    "tmpfs", path], check=False, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount")
    yield path
    subprocess.run(["/bin/umount", path], check=True)


@pytest.mark.parametrize("command, kept", FILLING)
def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path, full_disk, command, kept):
    shell("rm -rf ./* .[!.]*", full_disk)
    busy = random.Random(1)
    lines = b"".join(b"%d a%s\n" % (index, busy.randbytes(20).hex().encode()) for index in range(12000 if not kept else 2500))
    (tmp_path / "big").write_bytes(lines)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "inner").write_bytes(lines)
    (tmp_path / "change").write_text(f"--- big\n+++ big\n@@ -1 +1 @@\n-{lines.splitlines()[0].decode()}\n+changed\n")
    shell("tar cf some.tar tree; zip -q z.zip big", tmp_path)
    if kept:
        (full_disk / kept).write_bytes(lines)
        (full_disk / "rest").write_bytes(b"x" * (200 * 1024 - (len(lines) + 4095) // 4096 * 4096 - 8192))
    filled(tmp_path, full_disk, command)
    assert (tmp_path / "big").read_bytes() == lines
    assert (tmp_path / "tree" / "inner").read_bytes() == lines
    if kept:
        assert (full_disk / kept).read_bytes() == lines
        if not command.startswith("vi"):
            assert {path.name for path in full_disk.iterdir()} == {kept, "rest"}


LINE_BYTES = 100_000_000 if ROUNDS > 1 else 4_000_000
# Tools and how many times the line they may hold; {} is a file with one line of words, {a} one of the letter a.
LONG_LINES = (
    ("sort {}", 3), ("uniq {}", 3), ("cut -b3-9 {}", 0), ("cut -c3- {}", 0), ("cut -d, -f2,5- {}", 2), ("tr a-z A-Z <{}", 0), ("wc {}", 0),
    ("wc -L {}", 0), ("sed p {}", 3),
    ("sed s/a/b/g {a}", 5), ("sed -n l {a}", 6), ("sed 'y/abc/xyz/' {}", 5), ("awk '{ print length($0) }' {}", 5),
    ("awk '{ $3 = 1; print }' {}", 30),
    ("grep -c fox {}", 4), ("grep -x 'a*' {a}", 4), ("grep -cE '(a|aa)+$' {a}", 4), ("fold {}", 0), ("fold -s -w 60 {}", 0), ("fmt {}", 4), ("nl {}", 0),
    ("expand {}", 0),
    ("tac {}", 3), ("rev {}", 4), ("head -c 9 {}", 0), ("head -n 1 {}", 0), ("tail -n 1 {}", 3), ("tail -c 9 {}", 0), ("paste {} {}", 0),
    ("comm {} {}", 6), ("join {} {}", 60),
    ("od {}", 0), ("xxd {}", 0), ("hexdump -C {}", 0), ("strings {}", 1), ("diff {} {a}", 10), ("cmp {} {a} || true", 0),
    ("base64 {}", 0), ("base64 -d {a}", 0),
    ("split -b 1000000 {}", 0), ("column -t {}", 60), ("pr {}", 4), ("cat -A {}", 0), ("md5sum {}", 0), ("gzip -c {}", 0),
    ("tsort {}", 60),
    ("xargs -0 echo <{a}", 3), ("iconv -f UTF-8 -t UTF-16 {}", 1), ("dd if={} status=none", 0))


@pytest.fixture(scope="module")
def long_lines(tmp_path_factory):
    path = tmp_path_factory.mktemp("long")
    words = b"the quick brown fox, jumps: over\tthe lazy dog 12345 "
    (path / "words").write_bytes((words * (LINE_BYTES // len(words) + 1))[:LINE_BYTES])
    (path / "solid").write_bytes(b"a" * LINE_BYTES)
    return path


@pytest.mark.parametrize("command, times", LONG_LINES)
def test_one_long_line_takes_memory_and_time_of_its_length(tmp_path, long_lines, command, times):
    command = command.replace("{}", str(long_lines / "words")).replace("{a}", str(long_lines / "solid"))
    run = f"ulimit -v {(8 << 10) + times * LINE_BYTES // 1024}; {'' if '||' in command else 'exec '}{command}"
    process = subprocess.Popen([ROOT / "bin" / "sh", "-c", run], cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.communicate(timeout=30)[1]
    assert process.returncode in (0, 1) and b"memory" not in errors, (process.returncode, errors[:200])
