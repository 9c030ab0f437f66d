// The self-test: cases that check the system calls against their manual pages, on Martlet and on Linux alike.
//
// A case is CASE(area, name) { … } in a file of its area. Each runs in a process of its own with a time
// limit, so a crash or a hang is a failure of that case only. CHECK and friends end the case with the place
// and the values.
#pragma once
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <string_view>

namespace selftest {

struct Case {
    const char* area;
    const char* name;
    void (*run)();
    Case* next;
};

/// Registers a case at start; the list keeps the order of registration within a file.
class Registration {
public:
    Registration(Case& entry);
};

[[noreturn]] void fail(const char* file, int line, const char* format, ...) __attribute__((format(printf, 3, 4)));

/// Runs `body` in a child process and answers its wait status.
int in_child(void (*body)());

} // namespace selftest

#define CASE(area, name)                                                                                     \
    static void case_##area##_##name();                                                                      \
    static ::selftest::Case entry_##area##_##name{#area, #name, case_##area##_##name, nullptr};              \
    static ::selftest::Registration registration_##area##_##name(entry_##area##_##name);                     \
    static void case_##area##_##name()

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) ::selftest::fail(__FILE__, __LINE__, "%s is false (errno %d)", #condition, errno); \
    } while (false)

#define CHECK_EQUAL(actual, expected)                                                                        \
    do {                                                                                                     \
        long long actual_ = static_cast<long long>(actual), expected_ = static_cast<long long>(expected);    \
        if (actual_ != expected_)                                                                            \
            ::selftest::fail(__FILE__, __LINE__, "%s is %lld, not %lld (errno %d)", #actual, actual_,        \
                             expected_, errno);                                                              \
    } while (false)

/// The call answers -1 and sets this errno.
#define CHECK_ERROR(call, error)                                                                             \
    do {                                                                                                     \
        errno = 0;                                                                                           \
        long long result_ = static_cast<long long>(call);                                                    \
        if (result_ != -1 || errno != (error))                                                               \
            ::selftest::fail(__FILE__, __LINE__, "%s answers %lld with errno %d, not errno %d (%s)", #call,  \
                             result_, errno, error, #error);                                                 \
    } while (false)
