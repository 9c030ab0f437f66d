# Python's own regression tests of what touches the kernel, without those that want a network: each module's verdict.
cd /tmp; export PYTHONDONTWRITEBYTECODE=1
for module in test_mmap test_select test_thread test_pty test_ioctl test_resource test_popen test_largefile test_fileio test_posix; do
    [ -e /usr/lib/python3.11/test/$module.py ] || [ -d /usr/lib/python3.11/test/$module ] || continue
    timeout -k 5 150 python3 -m test -u none $module > /tmp/verdict 2>&1 < /dev/null; status=$?
    echo "$module $status"; [ $status = 0 ] || grep -a -e '^ERROR:' -e '^FAIL:' -e '^[A-Za-z]*Error' -e '^Fatal' /tmp/verdict | sort | uniq -c | head -20
done
