// strsignal, psignal, psiginfo, sigabbrev_np (POSIX.1-2017, strsignal(3)).
#include <signal.h>
#include <stdio.h>
#include <string.h>

namespace {

struct Texts {
#define SIGNAL(name, text) char name##_text[sizeof text];
#include "signal/signals.inc"
#undef SIGNAL
};

constexpr Texts kTexts = {
#define SIGNAL(name, text) text,
#include "signal/signals.inc"
#undef SIGNAL
};

struct Names {
#define SIGNAL(name, text) char name##_name[sizeof #name];
#include "signal/signals.inc"
#undef SIGNAL
};

constexpr Names kNames = {
#define SIGNAL(name, text) #name,
#include "signal/signals.inc"
#undef SIGNAL
};

struct Table {
    unsigned short text[32] = {}, name[32] = {};
    constexpr Table() {
#define SIGNAL(id, message)                                                                                  \
    text[SIG##id] = __builtin_offsetof(Texts, id##_text);                                                    \
    name[SIG##id] = __builtin_offsetof(Names, id##_name);
#include "signal/signals.inc"
#undef SIGNAL
    }
};

constexpr Table kTable;

char g_text[40];

} // namespace

extern "C" {

char *strsignal(int number) {
    if (number >= 1 && number <= 31)
        return const_cast<char *>(reinterpret_cast<const char *>(&kTexts) + kTable.text[number]);
    if (number >= SIGRTMIN && number <= SIGRTMAX)
        snprintf(g_text, sizeof g_text, "Real-time signal %d", number - SIGRTMIN);
    else
        snprintf(g_text, sizeof g_text, "Unknown signal %d", number);
    return g_text;
}

const char *sigabbrev_np(int number) {
    if (number < 1 || number > 31)
        return nullptr;
    return reinterpret_cast<const char *>(&kNames) + kTable.name[number];
}

void psignal(int number, const char *prefix) {
    if (prefix && *prefix)
        fprintf(stderr, "%s: %s\n", prefix, strsignal(number));
    else
        fprintf(stderr, "%s\n", strsignal(number));
}

void psiginfo(const siginfo_t *info, const char *prefix) { psignal(info->si_signo, prefix); }
}
