"""What a person does at the serial console."""
import re
import time

from machine import STATUS_PROMPT


def test_unknown_command_is_127(console):
    output, status = console.run("no-such-command")
    assert status == 127 and "not found" in output


def test_directory_as_command_is_126(console):
    output, status = console.run("/etc")
    assert status == 126 and "/etc" in output


def test_missing_file_and_permission_messages(console):
    output, status = console.run("cat /missing")
    assert status == 1 and "/missing: No such file or directory" in output
    output, status = console.run("touch /tmp/plain; /tmp/plain")
    assert status == 126 and "ermission denied" in output


def test_a_crash_is_named_and_the_shell_goes_on(console):
    output, status = console.run("sh -c 'kill -SEGV $$'")
    assert status == 139
    output, status = console.run("sh -c 'kill -FPE $$'; echo after")
    assert "after" in output and status == 0


def test_control_c_ends_the_foreground_job_only(console):
    console.run("true")
    console.send("sleep 1000\r")
    time.sleep(0.5)
    console.send("\x03")
    assert console.expect(STATUS_PROMPT).group(1) == "130"


def test_control_backslash_quits(console):
    console.run("true")
    console.send("sleep 1000\r")
    time.sleep(0.5)
    console.send("\x1c")
    assert console.expect(STATUS_PROMPT).group(1) == "131"


def test_control_z_stops_and_fg_continues(console):
    console.run("true")
    console.send("sleep 1000\r")
    time.sleep(0.5)
    console.send("\x1a")
    console.expect(STATUS_PROMPT)
    output, _ = console.run("jobs")
    assert re.search(r"\[1\].*Stopped.*sleep 1000", output)
    output, status = console.run("bg; jobs")
    assert "Running" in output
    output, status = console.run("kill %1; wait %1; echo ended $?")
    assert "ended 143" in output


def test_end_of_file_ends_cat(console):
    console.run("true")
    console.send("cat | wc -l\r")
    time.sleep(0.5)
    console.send("one\rtwo\r\x04")
    console.expect(r"\n2\r*\n")
    console.expect(STATUS_PROMPT)


def test_erase_and_kill_characters_in_canonical_mode(console):
    console.run("true")
    console.send("read word; echo got=$word\r")
    time.sleep(0.5)
    console.send("abx\x7fc\r")
    console.expect("got=abc\r*\n")
    console.expect(STATUS_PROMPT)
    console.send("read word; echo got=$word\r")
    time.sleep(0.5)
    console.send("wrong\x15right\r")
    console.expect("got=right\r*\n")
    console.expect(STATUS_PROMPT)


def test_pipelines_redirections_and_globs(console):
    assert console.run("cd /tmp; for i in 3 1 2; do echo $i; done > n; sort n | tr '\\n' ' '; cd /") == ("1 2 3 ", 0)
    assert console.run("echo /etc/host*") == ("/etc/hostname /etc/hosts", 0)


def test_completion_and_history(console):
    console.run("true")
    console.send("cat /etc/hostn\t\r")
    console.expect("\nmartlet\r*\n")
    console.resynchronise()
    console.send("\x1b[A\x1b[A\r")  # the line before the one that resynchronised
    console.expect("\nmartlet\r*\n")
    console.resynchronise()


def test_the_manual_is_read_through_a_pager(console):
    assert "LS(1)" in console.run("man ls | head -n 1")[0]
    console.send("man ls\r")
    console.expect("list information about files")
    console.send("q")
    console.expect(STATUS_PROMPT)
    assert "copy SOURCE to DEST" in console.run("whatis cp")[0]


def test_large_paste_loses_nothing(console):
    console.run("true")
    lines = "".join(f"line number {number} of the paste\r" for number in range(300))
    console.send("cat > /tmp/paste\r")
    time.sleep(0.5)
    for start in range(0, len(lines), 512):
        console.send(lines[start:start + 512])
        time.sleep(0.02)
    console.send("\x04")
    console.expect(STATUS_PROMPT)
    assert console.run("wc -l < /tmp/paste") == ("300", 0)
    assert console.run("tail -n 1 /tmp/paste") == ("line number 299 of the paste", 0)


def test_both_consoles_run_a_shell(console):
    output, _ = console.run("ps -e -o tty,comm | grep sh")
    assert "ttyS0" in output and "tty1" in output


def test_background_jobs_and_process_tools(console):
    output, status = console.run("sleep 500 & ps -ef | grep '[s]leep 500'; kill $!; wait $!; echo $?")
    assert "sleep 500" in output and output.rstrip().endswith("143")


def test_kernel_log_is_readable(console):
    output, status = console.run("dmesg | head -n 3")
    assert status == 0 and "Martlet" in output


def test_proc_cmdline_is_whole(console):
    output, status = console.run("cat /proc/cmdline; uptime; free -h; df -h /")
    assert status == 0 and "load average" in output
