// umask and ulimit
#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "builtins/symbolic_mode.hpp"
#include "shell.hpp"

namespace sh {

int run_umask(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "Sp");
    bool symbolic = false;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        symbolic |= letter == 'S';
    }
    mode_t mask = umask(0);
    umask(mask);
    int first = options.operands();
    if (first >= arguments.count) {
        if (symbolic) {
            shell.out.put(symbolic_mask(mask) + "\n");
        } else {
            std::string text = "0000";
            for (int digit = 0; digit < 4; ++digit)
                text[static_cast<size_t>(3 - digit)] = static_cast<char>('0' + (mask >> (3 * digit) & 7));
            shell.out.put(text + "\n");
        }
        return 0;
    }
    auto wanted = parse_mask(arguments[first], mask);
    if (!wanted)
        return usage_error(shell, arguments, "Illegal mode", arguments[first]);
    umask(*wanted);
    return 0;
}

namespace {

struct Limit {
    char letter;
    int resource;
    unsigned unit_bytes;
    std::string_view description;
};

constexpr Limit kLimits[] = {
    {'t', RLIMIT_CPU, 1, "time(seconds)"},
    {'f', RLIMIT_FSIZE, 512, "file(blocks)"},
    {'d', RLIMIT_DATA, 1024, "data(kbytes)"},
    {'s', RLIMIT_STACK, 1024, "stack(kbytes)"},
    {'c', RLIMIT_CORE, 512, "coredump(blocks)"},
    {'m', RLIMIT_RSS, 1024, "memory(kbytes)"},
    {'l', RLIMIT_MEMLOCK, 1024, "locked memory(kbytes)"},
    {'p', RLIMIT_NPROC, 1, "process"},
    {'n', RLIMIT_NOFILE, 1, "nofiles"},
    {'v', RLIMIT_AS, 1024, "vmemory(kbytes)"},
    {'w', RLIMIT_LOCKS, 1, "locks"},
    {'r', RLIMIT_RTPRIO, 1, "rtprio"},
    {'e', RLIMIT_NICE, 1, "nice"},
    {'i', RLIMIT_SIGPENDING, 1, "pending signals"},
    {'q', RLIMIT_MSGQUEUE, 1, "message queues(bytes)"},
};

std::string limit_text(const Limit& limit, bool hard) {
    struct rlimit values{};
    getrlimit(static_cast<decltype(RLIMIT_CPU)>(limit.resource), &values);
    rlim_t value = hard ? values.rlim_max : values.rlim_cur;
    return value == RLIM_INFINITY ? "unlimited" : number_text(static_cast<int64_t>(value / limit.unit_bytes));
}

}  // namespace

int run_ulimit(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "HSatfdscmlpunvwreiq");
    bool hard = false;
    bool soft = false;
    bool all = false;
    const Limit* chosen = &kLimits[1];
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        hard |= letter == 'H';
        soft |= letter == 'S';
        all |= letter == 'a';
        for (const Limit& limit : kLimits)
            if (limit.letter == (letter == 'u' ? 'p' : letter))
                chosen = &limit;
    }
    int first = options.operands();
    if (all) {
        for (const Limit& limit : kLimits) {
            std::string line(limit.description);
            line.resize(23, ' ');
            shell.out.put(line + limit_text(limit, hard && !soft) + "\n");
        }
        return 0;
    }
    if (first >= arguments.count) {
        shell.out.put(limit_text(*chosen, hard && !soft) + "\n");
        return 0;
    }
    if (arguments.count > first + 1)
        return usage_error(shell, arguments, "too many arguments");
    auto resource = static_cast<decltype(RLIMIT_CPU)>(chosen->resource);
    struct rlimit values{};
    getrlimit(resource, &values);
    rlim_t value = RLIM_INFINITY;
    if (arguments[first] == "hard" || arguments[first] == "soft") {
        value = arguments[first] == "hard" ? values.rlim_max : values.rlim_cur;
    } else if (arguments[first] != "unlimited") {
        auto number = parse_integer(arguments[first]);
        if (!number || *number < 0)
            return usage_error(shell, arguments, "bad number", arguments[first]);
        if (__builtin_mul_overflow(static_cast<rlim_t>(*number), static_cast<rlim_t>(chosen->unit_bytes), &value))
            return usage_error(shell, arguments, "bad number", arguments[first]);
    }
    if (hard || !soft)
        values.rlim_max = value;
    if (soft || !hard)
        values.rlim_cur = value;
    if (setrlimit(resource, &values) != 0) {
        shell.complain({"ulimit: error setting limit: ", strerror(errno)});
        return kStatusError;
    }
    return 0;
}

}  // namespace sh
