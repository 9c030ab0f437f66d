# Python's own regression tests of what touches the kernel: each module's verdict.
cd /tmp; export PYTHONDONTWRITEBYTECODE=1
for module in test_os test_posix test_fcntl test_mmap test_select test_poll test_epoll test_eintr test_signal test_threadsignals test_thread test_threading test_threading_local test_queue test_subprocess test_popen test_pipes test_pty test_openpty test_ioctl test_tempfile test_shutil test_glob test_pathlib test_posixpath test_stat test_file test_fileio test_io test_largefile test_memoryio test_resource test_pwd test_grp test_time test_selectors test_socketserver test_sqlite3 test_wait3 test_wait4 test_fork1 test_kqueue test_atexit test_ctypes test_struct test_array test_mailbox test_tarfile test_zipfile test_shelve test_dbm_dumb test_filecmp test_fileinput test_lockfile test_getpass test_platform test_sys test_posix_spawn test_exceptions test_faulthandler test_asyncore test_logging; do
    [ -e /usr/lib/python3.11/test/$module.py ] || [ -d /usr/lib/python3.11/test/$module ] || continue
    timeout -k 5 150 python3 -m test -u none $module > /tmp/verdict 2>&1 < /dev/null; status=$?
    echo "$module $status"; [ $status = 0 ] || grep -a -e '^ERROR:' -e '^FAIL:' -e '^[A-Za-z]*Error' -e '^Fatal' /tmp/verdict | sort | uniq -c | head -20
done
