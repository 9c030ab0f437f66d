# Python: threading, subprocess, signal, mmap, ctypes, select, sockets, multiprocessing, sqlite3, asyncio.
cat > /tmp/features.py <<'HERE'
import asyncio, ctypes, fcntl, mmap, multiprocessing as mp, os, queue, resource, select, signal, socket, sqlite3, stat, struct, subprocess, sys, tempfile, threading, time, array, pwd, shutil, pty, concurrent.futures as cf
def work(n): return n * n
def put(q): q.put(os.getpid() != os.getppid())
def main():
    total, lock = [0], threading.Lock()
    def add():
        for _ in range(2000):
            with lock: total[0] += 1
    ts = [threading.Thread(target=add) for _ in range(8)]; [t.start() for t in ts]; [t.join() for t in ts]; print("threads", total)
    e = threading.Event(); print("event", e.wait(0.02)); c = threading.Barrier(3)
    ts = [threading.Thread(target=c.wait) for _ in range(3)]; [t.start() for t in ts]; [t.join() for t in ts]; print("barrier", c.broken)
    print("subprocess", subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True))
    try: subprocess.run(["sleep", "5"], timeout=0.1)
    except subprocess.TimeoutExpired: print("timeout")
    p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, close_fds=True); print(p.communicate(b"x" * 200000)[0].__len__(), p.returncode)
    p = subprocess.Popen(["sleep", "9"]); p.send_signal(signal.SIGTERM); print("terminated", p.wait())
    try: subprocess.run(["/nowhere"])
    except FileNotFoundError as error: print(error)
    got = []; signal.signal(signal.SIGUSR1, lambda *a: got.append(a[0])); os.kill(os.getpid(), signal.SIGUSR1); print("signal", got)
    signal.signal(signal.SIGALRM, lambda *a: got.append("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(0.2); print(got[-1])
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2}); os.kill(os.getpid(), signal.SIGUSR2); print(signal.sigpending(), signal.sigtimedwait({signal.SIGUSR2}, 1).si_signo)
    with tempfile.TemporaryFile() as f:
        f.truncate(10000); m = mmap.mmap(f.fileno(), 0); m[100:105] = b"mmap!"; m.flush(); f.seek(100); print(f.read(5), m.find(b"!")); m.resize(20000) if hasattr(m, "resize") else 0; print(len(m)); m.close()
    m = mmap.mmap(-1, 4096); pid = os.fork()
    if pid == 0: m[0:5] = b"child"; os._exit(0)
    print(os.waitpid(pid, 0)[1], m[:5])
    libc = ctypes.CDLL(None, use_errno=True); print("ctypes", libc.abs(-3), libc.open(b"/nowhere", 0), ctypes.get_errno(), ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x + 1)(4))
    a, b = socket.socketpair(); a.sendall(b"pair"); print(b.recv(10)); socket.send_fds(a, [b"fd"], [0]) ; data, fds, flags, _ = socket.recv_fds(b, 10, 2); print(data, len(fds)); [os.close(f) for f in fds]
    print(struct.unpack("3i", a.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1:])
    s = socket.socket(socket.AF_UNIX); s.bind("/tmp/py.sock"); s.listen(); 
    def client():
        k = socket.socket(socket.AF_UNIX); k.connect("/tmp/py.sock"); k.sendall(b"hello " * 10000); k.shutdown(socket.SHUT_WR); print("echoed", len(k.recv(10)))
    t = threading.Thread(target=client); t.start(); k, _ = s.accept(); n = 0
    while d := k.recv(65536): n += len(d)
    k.sendall(b"ok"); t.join(); print("socket", n); os.unlink("/tmp/py.sock")
    r, w = os.pipe(); print("select", select.select([r], [w], [], 0)[1] == [w]); po = select.poll(); po.register(r, select.POLLIN); print(po.poll(10)); ep = select.epoll(); ep.register(r, select.EPOLLIN | select.EPOLLET); os.write(w, b"x"); print(len(ep.poll(1)), ep.poll(0)); 
    efd = os.eventfd(3, os.EFD_NONBLOCK); print(os.eventfd_read(efd)); mfd = os.memfd_create("m"); os.write(mfd, b"abc"); print(os.fstat(mfd).st_size); print(os.sendfile(w, mfd, 0, 3), os.read(r, 10))
    ctx = mp.get_context("fork")
    with ctx.Pool(3) as pool: print("pool", pool.map(work, range(10)))
    q = ctx.Queue(); pr = ctx.Process(target=put, args=(q,)); pr.start(); print("queue", q.get(timeout=20)); pr.join(); print(pr.exitcode)
    v = ctx.Value("i", 0); ps = [ctx.Process(target=lambda: [inc(v) for _ in range(100)]) for _ in range(3)]; [x.start() for x in ps]; [x.join() for x in ps]; print("value", v.value)
    from multiprocessing import shared_memory; sm = shared_memory.SharedMemory(create=True, size=100); sm.buf[:2] = b"sm"; s2 = shared_memory.SharedMemory(sm.name); print(bytes(s2.buf[:2])); s2.close(); sm.close(); sm.unlink()
    with cf.ThreadPoolExecutor(4) as ex: print(sum(ex.map(work, range(100))))
    db = sqlite3.connect("/tmp/py.db"); db.execute("create table t(x)"); db.executemany("insert into t values(?)", [(i,) for i in range(100)]); db.commit(); print("sqlite", db.execute("select sum(x) from t").fetchone()); db.close(); os.unlink("/tmp/py.db")
    async def co():
        r = await asyncio.gather(*[asyncio.sleep(0.01, i) for i in range(5)]); p = await asyncio.create_subprocess_exec("echo", "async", stdout=asyncio.subprocess.PIPE); o, _ = await p.communicate(); return r, o, p.returncode
    print(asyncio.run(co()))
    pid, fd = pty.fork()
    if pid == 0: os.execlp("sh", "sh", "-c", "tty >/dev/null && stty size && echo on a pty")
    out = b""
    try:
        while d := os.read(fd, 100): out += d
    except OSError: pass
    print(out, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    pd = os.pidfd_open(os.getpid()); print("pidfd", pd > 0); os.close(pd)
    print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 1000, os.sched_getaffinity(0), os.cpu_count(), os.getpriority(0, 0), pwd.getpwuid(0).pw_dir)
    os.makedirs("/tmp/pt/a/b"); open("/tmp/pt/a/f", "w").write("x"); os.symlink("a", "/tmp/pt/l"); print([sorted(each) for each in sorted(os.walk("/tmp/pt"))[0][1:]], os.path.realpath("/tmp/pt/l/f")); os.setxattr("/tmp/pt/a/f", "user.k", b"v") if False else None; shutil.copytree("/tmp/pt", "/tmp/pt2", symlinks=True); shutil.rmtree("/tmp/pt"); shutil.rmtree("/tmp/pt2")
    f = open("/tmp/lk", "w"); fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB); pid = os.fork()
    if pid == 0:
        try: fcntl.lockf(open("/tmp/lk", "w"), fcntl.LOCK_EX | fcntl.LOCK_NB); os._exit(1)
        except BlockingIOError: os._exit(0)
    print("lock", os.waitpid(pid, 0)[1]); print(time.clock_getres(time.CLOCK_MONOTONIC), time.get_clock_info("perf_counter").monotonic); print(os.posix_spawn("/bin/true", ["true"], {}) > 0, os.wait()[1]); print(os.get_terminal_size.__name__, os.getrandom(4).__len__(), os.uname().sysname, sys.platform)
    x = []; 
    def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
    sys.setrecursionlimit(30000); threading.stack_size(256 << 20); t = threading.Thread(target=lambda: x.append(deep(20000))); t.start(); t.join(); print("deep", x)
def inc(v):
    with v.get_lock(): v.value += 1
main()
HERE
timeout 100 python3 -X faulthandler /tmp/features.py; echo "status $?"; rm -f /tmp/features.py
