// cmp: POSIX.1-2017, with GNU's -b -i -n.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <algorithm>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'b', "print-bytes", nullptr, "print differing bytes"},
    {'i', "ignore-initial", "SKIP", "skip first SKIP bytes of both inputs, or SKIP1:SKIP2"},
    {'l', "verbose", nullptr, "output byte numbers and differing byte values"},
    {'n', "bytes", "LIMIT", "compare at most LIMIT bytes"},
    {'s', "quiet", nullptr, "suppress all normal output"},
    {'s', "silent", nullptr, nullptr},
};

struct Settings {
    bool print_bytes = false, list = false, silent = false;
    uint64_t skip[2] = {0, 0}, limit = UINT64_MAX;
};

void skip_bytes(Input& input, uint64_t count) {
    while (count > 0 && (!input.buffered().empty() || input.fill_more())) {
        size_t step = static_cast<size_t>(std::min<uint64_t>(count, input.buffered().size()));
        input.consume(step);
        count -= step;
    }
}

std::string visible(unsigned char byte) {
    std::string text;
    if (byte >= 128) text = "M-", byte -= 128;
    if (byte < 32) return text + '^' + static_cast<char>(byte + 64);
    if (byte == 127) return text + "^?";
    return text + static_cast<char>(byte);
}

int digits_of(uint64_t number) { return static_cast<int>(std::to_string(number).size()); }

int compare(Input& first, Input& second, const char* const names[2], const Settings& settings, int width) {
    skip_bytes(first, settings.skip[0]);
    skip_bytes(second, settings.skip[1]);
    uint64_t offset = 0, lines = 1;
    bool different = false, line_begins = false;
    while (offset < settings.limit) {
        bool more[2] = {!first.buffered().empty() || first.fill_more(),
                        !second.buffered().empty() || second.fill_more()};
        if (!more[0] || !more[1]) {
            const Input& ended = more[0] ? second : first;
            if (first.error() || second.error())
                die_errno(2, names[first.error() ? 0 : 1], first.error() ? first.error() : second.error());
            if (!more[0] && !more[1]) return different ? 1 : 0;
            const char* name = names[&ended == &first ? 0 : 1];
            if (!settings.silent) {
                if (offset == 0)
                    warn("EOF on %s which is empty", name);
                else if (settings.list)
                    warn("EOF on %s after byte %llu", name, static_cast<unsigned long long>(offset));
                else
                    warn("EOF on %s after byte %llu, %sline %llu", name,
                         static_cast<unsigned long long>(offset), line_begins ? "" : "in ",
                         static_cast<unsigned long long>(lines - line_begins));
            }
            return 1;
        }
        size_t size = std::min(first.buffered().size(), second.buffered().size());
        size = static_cast<size_t>(std::min<uint64_t>(size, settings.limit - offset));
        const char *left = first.buffered().data(), *right = second.buffered().data();
        line_begins = left[size - 1] == '\n';
        if (memcmp(left, right, size) != 0) {
            for (size_t i = 0; i < size; ++i) {
                if (left[i] == right[i]) {
                    lines += left[i] == '\n';
                    continue;
                }
                if (settings.silent) return 1;
                different = true;
                auto a = static_cast<unsigned char>(left[i]), b = static_cast<unsigned char>(right[i]);
                auto number = static_cast<unsigned long long>(offset + i + 1);
                if (settings.list) {
                    if (settings.print_bytes)
                        out.print("%*llu %3o %-4s %3o %s\n", width, number, a, visible(a).c_str(), b,
                                  visible(b).c_str());
                    else
                        out.print("%*llu %3o %3o\n", width, number, a, b);
                    continue;
                }
                out.print("%s %s differ: byte %llu, line %llu", names[0], names[1], number,
                          static_cast<unsigned long long>(lines));
                if (settings.print_bytes)
                    out.print(" is %3o %s %3o %s", a, visible(a).c_str(), b, visible(b).c_str());
                out.put('\n');
                return 1;
            }
        } else {
            lines += static_cast<uint64_t>(std::count(left, left + size, '\n'));
        }
        first.consume(size);
        second.consume(size);
        offset += size;
    }
    return different ? 1 : 0;
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b':
            settings.print_bytes = true;
            break;
        case 'i': {
            std::string text = arguments.value();
            size_t colon = text.find(':');
            settings.skip[0] = settings.skip[1] =
                size_or_die(text.substr(0, colon).c_str(), "--ignore-initial value");
            if (colon != std::string::npos)
                settings.skip[1] = size_or_die(text.c_str() + colon + 1, "--ignore-initial value");
            break;
        }
        case 'l':
            settings.list = true;
            break;
        case 'n':
            settings.limit = size_or_die(arguments.value(), "--bytes value");
            break;
        case 's':
            settings.silent = true;
            break;
        }
    }
    if (settings.list && settings.silent) usage_error("options -l and -s are incompatible");
    auto operands = arguments.operands();
    if (operands.empty()) usage_error("missing operand after 'cmp'");
    if (operands.size() > 4) extra_operand(operands[4]);
    const char* names[2] = {operands[0], operands.size() > 1 ? operands[1] : "-"};
    for (size_t i = 2; i < operands.size(); ++i)
        settings.skip[i - 2] = size_or_die(operands[i], "SKIP value");
    Input inputs[2];
    struct stat info[2] = {};
    for (int i = 0; i < 2; ++i) {
        if (!inputs[i].open(names[i])) {
            if (settings.silent) return 2;
            die_errno(2, names[i]);
        }
        fstat(inputs[i].fd(), &info[i]);
    }
    // Sizes that differ decide for -s without reading.
    if (settings.silent && settings.limit == UINT64_MAX && S_ISREG(info[0].st_mode) &&
        S_ISREG(info[1].st_mode) && info[0].st_size > 0 && info[1].st_size > 0 && !settings.skip[0] &&
        !settings.skip[1] && info[0].st_size != info[1].st_size && lseek(inputs[0].fd(), 0, SEEK_CUR) == 0 &&
        lseek(inputs[1].fd(), 0, SEEK_CUR) == 0)
        return 1;
    uint64_t longest = UINT64_MAX;
    for (auto& each : info)
        if (S_ISREG(each.st_mode)) longest = std::min(longest, static_cast<uint64_t>(each.st_size));
    int width = digits_of(
        std::min(longest, settings.limit) == UINT64_MAX ? INT64_MAX : std::min(longest, settings.limit));
    return compare(inputs[0], inputs[1], names, settings, width);
}

constexpr Tool kTool = {
    .name = "cmp",
    .synopsis = "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
    .summary = "Compare two files byte by byte.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
    .notes = "Exit status: 0 if inputs are the same, 1 if different, 2 if trouble.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
