// Names and descriptions of the signals of Linux x86-64.
#include <csignal>

#include "base/text.hpp"
#include "state/traps.hpp"

namespace sh {

namespace {

struct SignalText {
    std::string_view name;
    const char* description;
};

constexpr SignalText kSignalTexts[] = {
    {"EXIT", ""},
    {"HUP", "Hangup"},
    {"INT", "Interrupt"},
    {"QUIT", "Quit"},
    {"ILL", "Illegal instruction"},
    {"TRAP", "Trace/breakpoint trap"},
    {"ABRT", "Aborted"},
    {"BUS", "Bus error"},
    {"FPE", "Floating point exception"},
    {"KILL", "Killed"},
    {"USR1", "User defined signal 1"},
    {"SEGV", "Segmentation fault"},
    {"USR2", "User defined signal 2"},
    {"PIPE", "Broken pipe"},
    {"ALRM", "Alarm clock"},
    {"TERM", "Terminated"},
    {"STKFLT", "Stack fault"},
    {"CHLD", "Child exited"},
    {"CONT", "Continued"},
    {"STOP", "Stopped (signal)"},
    {"TSTP", "Stopped"},
    {"TTIN", "Stopped (tty input)"},
    {"TTOU", "Stopped (tty output)"},
    {"URG", "Urgent I/O condition"},
    {"XCPU", "CPU time limit exceeded"},
    {"XFSZ", "File size limit exceeded"},
    {"VTALRM", "Virtual timer expired"},
    {"PROF", "Profiling timer expired"},
    {"WINCH", "Window changed"},
    {"IO", "I/O possible"},
    {"PWR", "Power failure"},
    {"SYS", "Bad system call"},
};
constexpr int kNamedSignals = sizeof(kSignalTexts) / sizeof(kSignalTexts[0]);

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

}  // namespace

std::string_view signal_name(int signal) {
    return signal >= 0 && signal < kNamedSignals ? kSignalTexts[signal].name : std::string_view();
}

int signal_number(std::string_view text) {
    if (all_digits(text))
        return parse_small_number(text, kSignals - 1).value_or(-1);
    std::string name;
    for (char c : text)
        name.push_back(upper(c));
    std::string_view wanted = name;
    if (wanted.starts_with("SIG"))
        wanted.remove_prefix(3);
    for (int signal = 0; signal < kNamedSignals; ++signal)
        if (kSignalTexts[signal].name == wanted)
            return signal;
    if (wanted == "IOT")
        return SIGABRT;
    if (wanted == "CLD")
        return SIGCHLD;
    if (wanted == "POLL")
        return SIGIO;
    return -1;
}

const char* signal_description(int signal) {
    return signal > 0 && signal < kNamedSignals ? kSignalTexts[signal].description : "Real-time signal";
}

}  // namespace sh
