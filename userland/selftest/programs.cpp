// execve(2) beyond its errors: set-user-ID programs, execveat(2), what is kept and what is lost.
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

extern char** environ;

namespace {

void copy_this_program(const char* name) { write_file(name, read_file("/proc/self/exe", 65536), 0755); }

/// "real effective saved" user and group ids of ./program run by nobody, as /proc has them.
std::string ids_of_program_run_by_nobody() {
    int output[2];
    CHECK_EQUAL(pipe(output), 0);
    CHECK_EQUAL(fcntl(output[1], F_SETPIPE_SZ, 4096), 4096);
    pid_t child = fork();
    if (child == 0) {
        dup2(output[1], 1);
        become_nobody();
        execl("program", "program", "-l", static_cast<char*>(nullptr)); // writes more than the pipe holds, so it stays
        _exit(99);
    }
    char first;
    CHECK_EQUAL(read(output[0], &first, 1), 1);
    std::string status = read_file(("/proc/" + std::to_string(child) + "/status").c_str());
    int ids[6] = {};
    size_t user = status.find("Uid:"), group = status.find("Gid:");
    CHECK(user != status.npos && group != status.npos);
    sscanf(status.c_str() + user, "Uid: %d %d %d", &ids[0], &ids[1], &ids[2]);
    sscanf(status.c_str() + group, "Gid: %d %d %d", &ids[3], &ids[4], &ids[5]);
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    std::string text;
    for (int id : ids) text += (text.empty() ? "" : " ") + std::to_string(id);
    return text;
}

char* g_list[] = {const_cast<char*>("self-test"), const_cast<char*>("-l"),
                  const_cast<char*>("files.open_errors"), nullptr};

} // namespace

CASE(programs, set_user_id_takes_effect_for_another_user) {
    enter_fresh_directory();
    CHECK_EQUAL(chmod(".", 0755), 0);
    CHECK_EQUAL(mkdir("mount", 0755), 0);
    CHECK_EQUAL(mount("none", "mount", "tmpfs", 0, "mode=0755"), 0); // /tmp may be nosuid
    CHECK_EQUAL(chdir("mount"), 0);
    copy_this_program("program");
    CHECK_EQUAL(chown("program", 1234, 1235), 0);
    CHECK_EQUAL(chmod("program", 06755), 0);
    CHECK(ids_of_program_run_by_nobody() == "65534 1234 1234 65534 1235 1235");
    CHECK_EQUAL(mount("none", ".", nullptr, MS_REMOUNT | MS_BIND | MS_NOSUID, nullptr), 0);
    CHECK(ids_of_program_run_by_nobody() == "65534 65534 65534 65534 65534 65534");
    CHECK_EQUAL(umount2(".", MNT_DETACH), 0);
}

CASE(programs, execveat_by_descriptor) {
    enter_fresh_directory();
    copy_this_program("program");
    CHECK_EQUAL(symlink("program", "link"), 0);
    int directory = open(".", O_RDONLY | O_DIRECTORY);
    CHECK_ERROR(execveat(directory, "missing", g_list, environ, 0), ENOENT);
    CHECK_ERROR(execveat(directory, "", g_list, environ, 0), ENOENT);
    CHECK_ERROR(execveat(directory, "link", g_list, environ, AT_SYMLINK_NOFOLLOW), ELOOP);
    CHECK_ERROR(execveat(directory, "program", g_list, environ, 1), EINVAL);
    CHECK_ERROR(execveat(directory, "", g_list, environ, AT_EMPTY_PATH), EACCES); // a directory
    CHECK_ERROR(execveat(999, "program", g_list, environ, 0), EBADF);
}

CASE(programs, execveat_of_an_open_file) {
    enter_fresh_directory();
    copy_this_program("program");
    static int fd;
    fd = open("program", O_PATH | O_CLOEXEC);
    CHECK_EQUAL(unlink("program"), 0);
    int status = in_child([] {
        dup2(open("/dev/null", O_WRONLY), 1);
        execveat(fd, "", g_list, environ, AT_EMPTY_PATH);
        _exit(99);
    });
    CHECK_EQUAL(status, 0);
}

CASE(programs, exec_keeps_ignored_signals_and_the_mask_and_drops_handlers) {
    pid_t child = fork();
    if (child == 0) {
        signal(SIGUSR1, SIG_IGN);
        signal(SIGUSR2, [](int) {});
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        execl("/bin/sh", "sh", "-c",
              "kill -USR1 $$; kill -HUP $$; while read -r k v r; do case $k in SigIgn:|SigBlk:|SigCgt:) eval "
              "${k%:}=$v;; esac; "
              "done < /proc/$$/status; [ $((0x$SigIgn & 0x200)) = 512 ] && [ $((0x$SigBlk & 1)) = 1 ] && "
              "[ $((0x$SigCgt & 0x800)) = 0 ]",
              static_cast<char*>(nullptr));
        _exit(99);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}
