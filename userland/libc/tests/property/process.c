// Processes, signals, jumps, environment: what a differential run cannot show.
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition) do { if (!(condition)) { printf("FAILED: line %d: %s (errno %d)\n", __LINE__, #condition, errno); exit(1); } } while (0)

static volatile sig_atomic_t caught;
static void on_signal(int number) { caught = number; }
static jmp_buf jump;
static sigjmp_buf signal_jump;

static void on_fault(int number) { siglongjmp(signal_jump, number); }

static _Thread_local int thread_value = 7;
static int constructed;
__attribute__((constructor)) static void construct(void) { constructed = 1; }

int main(int argc, char **argv) {
    CHECK(constructed == 1 && thread_value == 7);
    int status;
    pid_t pid = fork();
    if (pid == 0) _exit(42);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42);
    volatile int shared = 0;
    pid = vfork();
    if (pid == 0) {
        shared = 5;
        _exit(3);
    }
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3 && shared == 5);

    int value = setjmp(jump);
    if (value == 0) longjmp(jump, 0);
    CHECK(value == 1);
    sigset_t before, after;
    sigprocmask(SIG_BLOCK, 0, &before);
    struct sigaction action = {.sa_handler = on_fault};
    sigaction(SIGSEGV, &action, 0);
    value = sigsetjmp(signal_jump, 1);
    if (value == 0) *(volatile int *)8 = 1;
    CHECK(value == SIGSEGV);
    sigprocmask(SIG_BLOCK, 0, &after);
    CHECK(!sigismember(&after, SIGSEGV));

    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, 0);
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, &old);
    raise(SIGUSR1);
    CHECK(caught == 0);
    sigset_t pending;
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1) == 1);
    CHECK(sigsuspend(&old) == -1 && errno == EINTR && caught == SIGUSR1);
    raise(SIGUSR1);
    siginfo_t info;
    CHECK(sigwaitinfo(&mask, &info) == SIGUSR1 && info.si_pid == getpid());
    struct timespec soon = {0, 1000000};
    CHECK(sigtimedwait(&mask, &info, &soon) == -1 && errno == EAGAIN);
    sigprocmask(SIG_SETMASK, &old, 0);
    CHECK(sigaction(64, 0, &action) == 0 && sigaction(65, 0, &action) == -1 && errno == EINVAL);

    char *const arguments[] = {"sh", "-c", "exit $(($1 + 1))", "sh", "8", 0};
    CHECK(posix_spawnp(&pid, "sh", 0, 0, arguments, environ) == 0);
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 9);
    CHECK(posix_spawn(&pid, "/nonexistent", 0, 0, arguments, environ) == ENOENT);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int ends[2];
    pipe(ends);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    char *const echo[] = {"sh", "-c", "echo spawned", 0};
    CHECK(posix_spawnp(&pid, "sh", &actions, 0, echo, environ) == 0);
    close(ends[1]);
    char line[40] = "";
    CHECK(read(ends[0], line, sizeof line) == 8 && !memcmp(line, "spawned\n", 8));
    waitpid(pid, &status, 0);
    posix_spawn_file_actions_destroy(&actions);

    CHECK(setenv("MARTLET_A", "one", 1) == 0 && !strcmp(getenv("MARTLET_A"), "one"));
    CHECK(setenv("MARTLET_A", "two", 0) == 0 && !strcmp(getenv("MARTLET_A"), "one"));
    for (int i = 0; i < 1000; i++) {
        char name[20], text[20];
        sprintf(name, "V%d", i % 100);
        sprintf(text, "%d", i);
        CHECK(setenv(name, text, 1) == 0 && !strcmp(getenv(name), text));
    }
    CHECK(unsetenv("V5") == 0 && !getenv("V5") && getenv("V6"));
    CHECK(setenv("", "x", 1) == -1 && errno == EINVAL && setenv("a=b", "x", 1) == -1);
    char put[] = "MARTLET_P=x";
    CHECK(putenv(put) == 0 && getenv("MARTLET_P") == put + 10);
    clearenv();
    CHECK(!getenv("V6"));

    CHECK(mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0 && close(creat("d/e/f.c", 0644)) == 0 &&
          close(creat("d/.h", 0644)) == 0);
    CHECK(symlink("e", "d/link") == 0);
    char *resolved = realpath("d/./link//../link/f.c", 0), *here = getcwd(0, 0);
    char wanted[4096];
    sprintf(wanted, "%s/d/e/f.c", here);
    CHECK(resolved && !strcmp(resolved, wanted));
    CHECK(!realpath("d/none/x", 0) && errno == ENOENT);
    glob_t found;
    CHECK(glob("d/*/*.[ch]", 0, 0, &found) == 0 && found.gl_pathc == 2 &&
          !strcmp(found.gl_pathv[0], "d/e/f.c") && !strcmp(found.gl_pathv[1], "d/link/f.c"));
    globfree(&found);
    CHECK(glob("d/*", GLOB_MARK, 0, &found) == 0 && found.gl_pathc == 2 && !strcmp(found.gl_pathv[0], "d/e/"));
    globfree(&found);
    CHECK(glob("d/x*", 0, 0, &found) == GLOB_NOMATCH);
    CHECK(glob("d/{e,none}", GLOB_BRACE | GLOB_NOCHECK, 0, &found) == 0 && found.gl_pathc == 1);
    globfree(&found);
    char temporary[] = "d/tXXXXXX";
    CHECK(mkdtemp(temporary) && access(temporary, W_OK) == 0);
    char bad[] = "d/tXXXXX";
    CHECK(mkstemp(bad) == -1 && errno == EINVAL);
    puts("ok");
    return 0;
}
