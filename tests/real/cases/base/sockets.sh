# socat, inotify-tools, lsof, rsync, dbus-daemon.
cd /tmp
socat -u UNIX-LISTEN:/tmp/sock,fork EXEC:'sort' > sorted & server=$!
until [ -S sock ]; do sleep 0.05; done
printf 'b\na\n' | socat -u - UNIX-CONNECT:/tmp/sock; sleep 0.3; cat sorted; kill $server; wait $server; rm -f sock
echo hello | socat - EXEC:cat; echo pipe | socat - SYSTEM:'tr a-z A-Z'; echo pty | socat -t1 - EXEC:'cat',pty,raw,echo=0; socat -u OPEN:/etc/hostname -; echo abstract > in
socat ABSTRACT-LISTEN:name,fork OPEN:out,creat,append & server=$!; sleep 0.3; socat -u FILE:in ABSTRACT-CONNECT:name; sleep 0.2; cat out; kill $server; wait $server 2>/dev/null
socat -u UNIX-RECV:/tmp/dgram OPEN:dg,creat & server=$!; until [ -S dgram ]; do sleep 0.05; done; echo datagram | socat -u - UNIX-SENDTO:/tmp/dgram; sleep 0.2; cat dg; kill $server; wait $server 2>/dev/null
echo "-- inotify"
mkdir -p w; inotifywait -m -r --format '%w%f %e' w > events 2>&1 & watcher=$!; until grep -qs established events; do sleep 0.05; done
touch w/a; echo x > w/a; mkdir w/d; until grep -q 'w/d CLOSE_NOWRITE' events; do sleep 0.05; done; touch w/d/inside; mv w/a w/b; chmod 600 w/b; ln w/b w/c; rm w/b w/c; rm -r w/d; until grep -q 'w/d DELETE' events; do sleep 0.05; done; kill $watcher; wait $watcher 2>/dev/null; cat events
(sleep 0.2; touch w/late) & inotifywait -q -t 5 -e create w; echo $?; wait; inotifywait -q -t 1 w; echo $?; inotifywatch -V 2>&1 | head -1 | cut -c1-12
echo "-- lsof"
sleep 100 > held & held=$!; sleep 0.2; lsof -p $held -a -d 1 -F ftn | sed "s/$held/N/"; lsof -t /tmp/held | sed "s/$held/HELD/"; lsof -p $held | awk 'NR > 1 { print $4, $5, $9 }' | grep -v -e mem; kill $held; wait $held 2>/dev/null
echo "-- rsync"
mkdir -p src/sub; seq 100 > src/a; ln -s a src/l; ln src/a src/hard; chmod 751 src/sub; touch -d @1000000000 src/a; rsync -aHX --delete src/ dst/; rsync -aHXi src/ dst/; diff -r src dst && stat -c '%a %Y %h %n' dst/a dst/sub | sed 's/\(751\) [0-9]*/\1 T/'; echo 101 >> src/a; rsync -ai src/ dst/; rm src/hard; rsync -a --delete -v src/ dst/ | head -3; rsync -a --checksum --inplace src/a dst/a; tail -1 dst/a
echo "-- dbus"
cat > bus.conf <<HERE
<busconfig><type>session</type><listen>unix:path=/tmp/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
HERE
dbus-daemon --config-file=/tmp/bus.conf --fork --print-pid > bus.pid 2> bus.err; echo $?; cat bus.err; [ -S bus ] && echo bus
printf '\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\n' | socat -t 1 - UNIX-CONNECT:/tmp/bus | tr -d '\r' | sed 's/[0-9a-f]\{32\}/GUID/'
kill "$(cat bus.pid)"; rm -rf bus* src dst w in out dg sorted events held
