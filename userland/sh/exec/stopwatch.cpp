#include "exec/stopwatch.hpp"

#include <cstdint>
#include <cstdio>
#include <unistd.h>

#include "base/output.hpp"

namespace sh {

namespace {

int64_t microseconds(const struct timeval& since, const struct timeval& until) {
    return (until.tv_sec - since.tv_sec) * 1'000'000 + until.tv_usec - since.tv_usec;
}

}  // namespace

Stopwatch::Stopwatch() {
    clock_gettime(CLOCK_MONOTONIC, &begun_);
    getrusage(RUSAGE_SELF, &own_);
    getrusage(RUSAGE_CHILDREN, &children_);
}

Stopwatch::~Stopwatch() {
    struct timespec now;
    struct rusage own, children;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    int64_t real = (now.tv_sec - begun_.tv_sec) * 1'000'000 + (now.tv_nsec - begun_.tv_nsec) / 1000;
    int64_t user = microseconds(own_.ru_utime, own.ru_utime) + microseconds(children_.ru_utime, children.ru_utime);
    int64_t system = microseconds(own_.ru_stime, own.ru_stime) + microseconds(children_.ru_stime, children.ru_stime);
    std::string text = "\n";
    auto add = [&](const char* name, int64_t value) {
        char line[64];
        int64_t milliseconds = value / 1000;
        snprintf(line, sizeof line, "%s\t%lldm%lld.%03llds\n", name, static_cast<long long>(milliseconds / 60'000),
                 static_cast<long long>(milliseconds / 1000 % 60), static_cast<long long>(milliseconds % 1000));
        text += line;
    };
    add("real", real);
    add("user", user);
    add("sys", system);
    write_all(STDERR_FILENO, text);
}

}  // namespace sh
