# GNU coreutils, findutils, sed, grep, awk, tar, gzip.
mkdir -p /tmp/c/d && cd /tmp/c
seq 1 1000 > n; head -c 100000 /dev/zero > z; ln n hard; ln -s n soft; mkfifo fifo; mknod null c 1 3; echo text > 'with space'
ls -la --time-style=+ | awk '/^d/ { $5 = "" } { print }' | sed 's/  */ /g'; stat -c '%n %s %a %F %h %t:%T %B' n z soft fifo null; ls -i n hard | cut -d' ' -f1 | uniq | wc -l
cp -a . /tmp/c2; diff -r n /tmp/c2/n && echo same; cp --sparse=always z sparse; cp --reflink=auto n n2; cmp n n2; install -m 640 n inst; stat -c %a inst
mv n2 d; mv -T d e; ls e; rmdir e 2>&1; rm -r e; ls e 2>&1; touch -d '2020-01-02 03:04:05.123456789 UTC' t; stat -c '%y' t; TZ=UTC date -r t +%s.%N
chmod u+s,g-w,o= inst; stat -c %A inst; chown 1000:1000 inst; stat -c '%u %g %a %U' inst; chmod --reference=n inst
dd if=n of=o bs=7 skip=3 count=10 conv=notrunc status=none; cat o; truncate -s 1M big; stat -c '%s %b' big; fallocate -l 64K fa; stat -c %s fa; du -sk z | cut -f1
sort -rn n | head -2; sort -R n | wc -l; sort --parallel=2 -S 1M n | tail -1; uniq -c <(printf 'a\na\nb\n'); comm -12 <(seq 5) <(seq 3 8) | tr '\n' ' '; join <(echo 1 a) <(echo 1 b); paste -d, - - < <(seq 4)
md5sum n; sha256sum n; b2sum n; cksum n; base64 -w 20 <<< hello; od -An -tx1z <<< hello; tac n | head -1; rev <<< abc 2>&1; shuf -i 1-5 | sort | tr '\n' ' '; nl -ba <<< x; fold -w 3 <<< abcdef; fmt -w 10 <<< 'a b c d e f g h'; expand <<< $'a\tb'; tr a-z A-Z <<< abc; cut -c2-3 <<< abcd
timeout 0.1 sleep 5; echo "timeout $?"; timeout -s KILL 0.1 sleep 5; echo "timeout $?"; nice -n 5 nice; env -i A=b env; nohup true 2>&1; stdbuf -oL echo buffered; tee a b < <(echo tee); cat a b
id; whoami; groups; logname 2>&1; hostid >/dev/null && echo hostid; nproc; uname -sm; tty; test -t 0; echo $?; realpath soft; readlink -f soft; dirname /a/b; mktemp -u XXXX | wc -c; pathchk "$(head -c 300 /dev/zero | tr '\0' a)" 2>&1 | cut -c1-20
df --output=target,fstype /tmp; df -i /tmp | tail -1 | tr -s ' ' | cut -d' ' -f6; sync -f n; stat -f -c '%T %S' /tmp; split -n 3 n part; ls part*; csplit -s n 500; wc -l xx00; factor 1234567890123; numfmt --to=iec 1048576; printf '%q\n' "a b"; expr 3 \* 4; seq -s, 3; yes | head -3 | wc -l; sleep 0.01; tail -n 2 n; (sleep 0.2; echo more >> n) & timeout 1 tail -n 1 -f n | tail -1; wait
cat < fifo & echo through > fifo; wait; chroot / /bin/echo chrooted; ls -l /proc/self/fd/0 > /dev/null && echo fd; cat nowhere 2>&1; cat /tmp 2>&1; echo x > /dev/full 2>&1; ls -d /tmp/c/n/x 2>&1; rm hard soft
find . -type f -newer t -size +1k | sort; find . -name 'part*' -print0 | xargs -0 -n 1 -P 2 wc -l | sort; find . -maxdepth 1 -type f -exec grep -l 999 {} + | sort; find . -perm 644 -links 1 | wc -l; find /tmp/c -empty | sort
sed -n '2,3p;s/9/nine/gp' n | head -4; sed -i 's/^1$/uno/' n; head -1 n; grep -c 7 n; grep -rn uno . ; grep -P '^99\d$' n | tail -1; awk '{ s += $1 } END { print s, NR }' n; awk 'BEGIN { "echo sub" | getline x; print x; system("exit 3") ; printf "%5.2f|%x\n", 3.14159, 255 }'
tar czf /tmp/a.tgz -C /tmp/c n z fifo; tar tvf /tmp/a.tgz | awk '{ print $1, $2, $3, $6 }'; mkdir x; tar xzf /tmp/a.tgz -C x; ls x; tar cf - n | tar xOf - | wc -l; gzip -k n; gunzip -c n.gz | cmp - n; tar --sparse -cf s.tar big; tar tf s.tar
cd /; rm -rf /tmp/c /tmp/c2
