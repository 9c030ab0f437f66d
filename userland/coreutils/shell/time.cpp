// time: POSIX.1-2017, with GNU's -f, -o, -a and -v.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'p', "portability", nullptr, "print the output of POSIX"},
    {'f', "format", "FORMAT", "use FORMAT for the output"},
    {'o', "output", "FILE", "write to FILE instead of standard error"},
    {'a', "append", nullptr, "with -o, append instead of overwriting"},
    {'q', "quiet", nullptr, "don't report a status other than zero"},
    {'v', "verbose", nullptr, "print everything that is known"},
};

constexpr const char* kPosix = "real %e\nuser %U\nsys %S";
constexpr const char* kDefault = "%Uuser %Ssystem %Eelapsed %PCPU (%Xavgtext+%Davgdata %Mmaxresident)k\n"
                                 "%Iinputs+%Ooutputs (%Fmajor+%Rminor)pagefaults %Wswaps";
constexpr const char* kVerbose =
    "\tCommand being timed: \"%C\"\n\tUser time (seconds): %U\n\tSystem time (seconds): %S\n"
    "\tPercent of CPU this job got: %P\n\tElapsed (wall clock) time (h:mm:ss or m:ss): %E\n"
    "\tMaximum resident set size (kbytes): %M\n\tMajor (requiring I/O) page faults: %F\n"
    "\tMinor (reclaiming a frame) page faults: %R\n\tVoluntary context switches: %w\n"
    "\tInvoluntary context switches: %c\n\tFile system inputs: %I\n\tFile system outputs: %O\n\tExit status: "
    "%x";

struct Result {
    double elapsed = 0;
    rusage usage = {};
    int status = 0;
    std::string command;
};

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::string elapsed_text(double elapsed) {
    char text[64];
    auto whole = static_cast<long>(elapsed);
    if (whole >= 3600)
        snprintf(text, sizeof(text), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, sizeof(text), "%ld:%05.2f", whole / 60,
                 elapsed - static_cast<double>(whole / 60 * 60));
    return text;
}

std::string field(char letter, const Result& result) {
    char text[64] = "";
    double cpu = seconds(result.usage.ru_utime) + seconds(result.usage.ru_stime);
    auto number = [&](long value) { snprintf(text, sizeof(text), "%ld", value); };
    auto time = [&](double value) { snprintf(text, sizeof(text), "%.2f", value); };
    switch (letter) {
    case 'e':
        time(result.elapsed);
        break;
    case 'E':
        return elapsed_text(result.elapsed);
    case 'U':
        time(seconds(result.usage.ru_utime));
        break;
    case 'S':
        time(seconds(result.usage.ru_stime));
        break;
    case 'P':
        if (result.elapsed <= 0) return "?%";
        snprintf(text, sizeof(text), "%.0f%%", cpu * 100 / result.elapsed);
        break;
    case 'M':
        number(result.usage.ru_maxrss);
        break;
    case 'X':
    case 'D':
    case 'K':
    case 'p':
    case 't':
        return "0"; // averages that no kernel has kept since BSD's
    case 'F':
        number(result.usage.ru_majflt);
        break;
    case 'R':
        number(result.usage.ru_minflt);
        break;
    case 'W':
        number(result.usage.ru_nswap);
        break;
    case 'c':
        number(result.usage.ru_nivcsw);
        break;
    case 'w':
        number(result.usage.ru_nvcsw);
        break;
    case 'I':
        number(result.usage.ru_inblock);
        break;
    case 'O':
        number(result.usage.ru_oublock);
        break;
    case 'k':
        number(result.usage.ru_nsignals);
        break;
    case 'r':
        number(result.usage.ru_msgrcv);
        break;
    case 's':
        number(result.usage.ru_msgsnd);
        break;
    case 'Z':
        number(sysconf(_SC_PAGESIZE));
        break;
    case 'x':
        number(WIFEXITED(result.status) ? WEXITSTATUS(result.status) : 0);
        break;
    case 'C':
        return result.command;
    case '%':
        return "%";
    default:
        return std::string("?") + letter;
    }
    return text;
}

std::string format(const char* text, const Result& result) {
    std::string line;
    for (; *text; ++text) {
        if (*text == '%' && text[1]) {
            line += field(*++text, result);
        } else if (*text == '\\' && text[1]) {
            ++text;
            line += *text == 't'    ? "\t"
                    : *text == 'n'  ? "\n"
                    : *text == '\\' ? "\\"
                                    : std::string("?\\") + *text;
        } else {
            line.push_back(*text);
        }
    }
    return line + "\n";
}

int run(Arguments& arguments) {
    const char* pattern = kDefault;
    const char* file = nullptr;
    bool append = false, quiet = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'p':
            pattern = kPosix;
            break;
        case 'f':
            pattern = arguments.value();
            break;
        case 'o':
            file = arguments.value();
            break;
        case 'a':
            append = true;
            break;
        case 'q':
            quiet = true;
            break;
        case 'v':
            pattern = kVerbose;
            break;
        }
    }
    if (arguments.operands().empty()) missing_operand();
    int fd = STDERR_FILENO;
    if (file) fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0666);
    if (fd < 0) die_errno(1, file);
    Result result;
    for (char* word : arguments.operands())
        result.command += (result.command.empty() ? "" : " ") + std::string(word);
    timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = fork_or_die();
    if (child == 0) execute(arguments.operand_vector());
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (wait4(child, &result.status, 0, &result.usage) < 0)
        if (errno != EINTR) die_errno(1, "wait");
    clock_gettime(CLOCK_MONOTONIC, &end);
    result.elapsed = static_cast<double>(end.tv_sec - start.tv_sec) +
                     static_cast<double>(end.tv_nsec - start.tv_nsec) / 1e9;
    std::string text;
    bool posix = pattern == kPosix;
    if (WIFSIGNALED(result.status) && !posix)
        text = "Command terminated by signal " + std::to_string(WTERMSIG(result.status)) + "\n";
    else if (WIFEXITED(result.status) && WEXITSTATUS(result.status) != 0 && !quiet && !posix)
        text = "Command exited with non-zero status " + std::to_string(WEXITSTATUS(result.status)) + "\n";
    text += format(pattern, result);
    if (write(fd, text.data(), text.size()) < 0) die_errno(1, file ? file : "standard error");
    return exit_status_of(result.status);
}

constexpr Tool kTool = {
    .name = "time",
    .synopsis = "[OPTION]... COMMAND [ARG]...",
    .summary = "Run COMMAND, then print what time and resources it took.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
