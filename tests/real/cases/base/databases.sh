# sqlite3 with a write-ahead log and with a rollback journal, several processes writing at the same time.
cd /tmp
rm -rf db && mkdir db && cd db
for mode in wal delete truncate persist; do
    base=$mode.db
    sqlite3 $base "PRAGMA journal_mode=$mode; CREATE TABLE t(writer INT, n INT, text TEXT, PRIMARY KEY(writer, n));"
    for writer in 1 2 3 4; do
        for n in 1 2 3 4 5 6 7 8; do echo "PRAGMA busy_timeout=60000; BEGIN IMMEDIATE; INSERT INTO t VALUES($writer, $n, hex(zeroblob($n * 50))); COMMIT;"; done |
            sqlite3 $base > /dev/null 2>> $mode.errors &
    done
    for reader in 1 2; do
        for n in 1 2 3 4 5 6; do echo "PRAGMA busy_timeout=60000; SELECT count(*) - count(DISTINCT writer * 100 + n) FROM t;"; done |
            sqlite3 $base 2>> $mode.errors | grep -v 60000 | sort -u &
    done
    wait
    sqlite3 $base "SELECT writer, count(*), sum(n), sum(length(text)) FROM t GROUP BY writer; PRAGMA integrity_check;"
    cat $mode.errors
    ls $base-* 2> /dev/null
done
echo "-- killed in the middle"
sqlite3 wal.db "PRAGMA journal_mode=wal; DELETE FROM t;" > /dev/null
(for n in $(seq 1000); do echo "INSERT INTO t VALUES(9, $n, hex(randomblob(500)));"; done; sleep 100) | sqlite3 wal.db & writer=$!
until [ "$(sqlite3 wal.db 'PRAGMA busy_timeout=60000; SELECT count(*) > 20 FROM t;' | tail -1)" = 1 ]; do sleep 0.05; done
kill -9 $writer; wait $writer 2> /dev/null
sqlite3 wal.db "PRAGMA integrity_check; SELECT count(*) > 20, count(*) = max(n), min(length(text)) FROM t;"
echo "-- memory mapped, vacuum, backup"
sqlite3 wal.db "PRAGMA mmap_size=1000000; SELECT count(*) = max(n) FROM t; VACUUM; PRAGMA integrity_check;" ".backup copy.db"
sqlite3 copy.db "SELECT count(*) = max(n) FROM t; PRAGMA journal_mode=delete;"
sqlite3 copy.db "ATTACH 'wal.db' AS other; SELECT count(*) FROM (SELECT * FROM t EXCEPT SELECT * FROM other.t);"
cd ..; rm -rf db
