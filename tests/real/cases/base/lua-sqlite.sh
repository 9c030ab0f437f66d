# Lua, and SQLite with several processes and a write-ahead log.
lua5.4 -e 'local t = {} for i = 1, 1e5 do t[i] = i * i end print(#t, t[1000], collectgarbage("count") > 0) print(os.getenv("HOME"), os.time{year=2020,month=1,day=1,hour=0} > 0) local f = io.popen("echo popen") print(f:read("a"), f:close()) print(os.execute("exit 3")) print(pcall(error, "x")) print(string.format("%.14g", math.pi), 7 // 2, 1 << 62) print(os.rename("/nowhere", "/x")) print(os.tmpname() ~= nil) local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) print(c(), c(), c()) local function deep(n) return n == 0 and 0 or 1 + deep(n - 1) end print(deep(10000)) print(pcall(function() local function f() return 1 + f() end return f() end))' 2>&1 | sed 's/stack traceback.*//'
cd /tmp; rm -f db*
sqlite3 db 'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t(worker INTEGER, n INTEGER, s TEXT); CREATE INDEX i ON t(n);'
for w in 1 2 3 4; do
    ( { echo '.timeout 30000'; for n in $(seq 1 25); do echo "BEGIN IMMEDIATE; INSERT INTO t VALUES($w, $n, hex(randomblob(100))); COMMIT;"; done; } | sqlite3 db ) &
done
for r in 1 2; do sqlite3 db '.timeout 30000' 'SELECT count(*) >= 0 FROM t' & done
wait
sqlite3 db 'SELECT worker, count(*), sum(n) FROM t GROUP BY worker; PRAGMA integrity_check; PRAGMA wal_checkpoint(TRUNCATE);'
ls db*; stat -c %s db-wal 2>/dev/null
sqlite3 db 'PRAGMA mmap_size=1000000; SELECT count(*) FROM t WHERE n BETWEEN 5 AND 10; PRAGMA journal_mode=DELETE; DELETE FROM t; VACUUM; SELECT count(*) FROM t;'
sqlite3 db 'BEGIN EXCLUSIVE;' '.shell sqlite3 db "SELECT count(*) FROM t"' 2>&1
sqlite3 db '.mode box' 'WITH RECURSIVE f(a,b) AS (SELECT 1,1 UNION ALL SELECT b,a+b FROM f LIMIT 5) SELECT * FROM f;'
rm -f db*
