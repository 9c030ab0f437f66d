// self-test: runs the registered cases, one line each.
// usage: self-test [-l] [area|area.name]...     Exit status: 0 all passed, 1 some failed, 2 wrong usage.
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace selftest {
namespace {

Case* g_first;
Case** g_last_link = &g_first;
int g_report_fd = -1; // where a case's process sends why it failed

constexpr unsigned kLimitSeconds = 30;

bool is_wanted(const Case& entry, int count, char** names) {
    if (count == 0) return true;
    for (int index = 0; index < count; ++index) {
        std::string_view wanted = names[index], area = entry.area, name = entry.name;
        if (wanted == area) return true;
        if (wanted.size() == area.size() + 1 + name.size() && wanted.starts_with(area) && wanted[area.size()] == '.' &&
            wanted.ends_with(name))
            return true;
    }
    return false;
}

/// Runs one case in a child; answers whether it passed and prints its line.
bool run_case(const Case& entry) {
    int report[2];
    if (pipe(report) != 0) return false;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        // Who started us in the background has made us ignore some.
        for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
        close(report[0]);
        g_report_fd = report[1];
        alarm(kLimitSeconds);
        entry.run();
        _exit(0);
    }
    close(report[1]);
    char reason[400];
    size_t size = 0;
    ssize_t got;
    // The pipe ends when the case's process and everything it left behind have closed it; only the first matters.
    int status = 0;
    waitpid(child, &status, 0);
    kill(-child, SIGKILL);
    while (size < sizeof reason - 1 && (got = read(report[0], reason + size, sizeof reason - 1 - size)) > 0)
        size += static_cast<size_t>(got);
    reason[size] = '\0';
    close(report[0]);
    bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (passed) {
        printf("ok %s.%s\n", entry.area, entry.name);
    } else if (WIFSIGNALED(status)) {
        printf("FAIL %s.%s: %s%s\n", entry.area, entry.name, reason,
               WTERMSIG(status) == SIGALRM ? "timed out" : strsignal(WTERMSIG(status)));
    } else {
        printf("FAIL %s.%s: %s\n", entry.area, entry.name, reason);
    }
    return passed;
}

} // namespace

Registration::Registration(Case& entry) {
    *g_last_link = &entry;
    g_last_link = &entry.next;
}

void fail(const char* file, int line, const char* format, ...) {
    char text[300];
    int size = snprintf(text, sizeof text, "%s:%d: ", file, line);
    va_list arguments;
    va_start(arguments, format);
    size += vsnprintf(text + size, sizeof text - static_cast<size_t>(size), format, arguments);
    va_end(arguments);
    if (size > static_cast<int>(sizeof text) - 1) size = sizeof text - 1;
    if (write(g_report_fd, text, static_cast<size_t>(size)) < 0) _exit(98);
    _exit(99);
}

int in_child(void (*body)()) {
    pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    CHECK(child > 0);
    int status = -1;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    return status;
}

} // namespace selftest

int main(int argc, char** argv) {
    using namespace selftest;
    bool only_list = argc > 1 && std::string_view(argv[1]) == "-l";
    int first = only_list ? 2 : 1, passed = 0, failed = 0;
    if (first < argc && argv[first][0] == '-') {
        fprintf(stderr, "usage: self-test [-l] [area|area.name]...\n");
        return 2;
    }
    for (Case* entry = g_first; entry; entry = entry->next) {
        if (!is_wanted(*entry, argc - first, argv + first)) continue;
        if (only_list) printf("%s.%s\n", entry->area, entry->name);
        else ++(run_case(*entry) ? passed : failed);
    }
    if (only_list) return 0;
    if (passed + failed == 0) {
        fprintf(stderr, "self-test: no such case\n");
        return 2;
    }
    printf("self-test: %d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
