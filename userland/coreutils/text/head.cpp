// head: POSIX.1-2017, with GNU's -c, -q, -v, -z and counts from the end.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <deque>
#include <string>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', "bytes", "[-]NUM", "print the first NUM bytes; with '-', all but the last NUM"},
    {'n', "lines", "[-]NUM", "print the first NUM lines instead of 10; with '-', all but the last NUM"},
    {'q', "quiet", nullptr, "never print headers giving file names"},
    {'q', "silent", nullptr, nullptr},
    {'v', "verbose", nullptr, "always print headers giving file names"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
    {kNumberOption, nullptr, "NUM", "the same as -n NUM"},
};

struct Limit {
    uint64_t count = 10;
    bool bytes = false;
    bool from_end = false;
    char delimiter = '\n';
};

void first_bytes(Input& input, uint64_t count) {
    while (count > 0) {
        if (input.buffered().empty() && !input.fill_more()) return;
        std::string_view block = input.buffered();
        block = block.substr(0, count < block.size() ? static_cast<size_t>(count) : block.size());
        out.write(block);
        input.consume(block.size());
        count -= block.size();
    }
}

void first_lines(Input& input, uint64_t count, char delimiter) {
    while (count > 0) {
        auto part = input.next_part(delimiter);
        if (!part) return;
        out.write(part->text);
        if (part->has_delimiter) out.put(delimiter);
        count -= part->ends;
    }
}

// Holds back the last `count` units, nothing else.
size_t all_but_last_bytes(Input& input, uint64_t count) {
    std::string held;
    size_t begin = 0;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        held.append(block);
        if (held.size() - begin <= count) continue;
        size_t ready = held.size() - begin - static_cast<size_t>(count);
        out.write(std::string_view(held).substr(begin, ready));
        begin += ready;
        if (begin > held.size() / 2) {
            held.erase(0, begin);
            begin = 0;
        }
    }
    return held.size() - begin;
}

size_t all_but_last_lines(Input& input, uint64_t count, char delimiter) {
    std::deque<std::string> held;
    bool ended = true;
    while (auto line = input.next_line(delimiter, &ended)) {
        held.emplace_back(*line);
        if (ended) held.back().push_back(delimiter);
        if (held.size() > count) {
            out.write(held.front());
            held.pop_front();
        }
    }
    size_t kept = 0;
    for (const std::string& line : held) kept += line.size();
    return kept;
}

void show(Input& input, const Limit& limit) {
    size_t kept = 0; // read, but not printed
    if (limit.from_end)
        kept = limit.bytes ? all_but_last_bytes(input, limit.count)
                           : all_but_last_lines(input, limit.count, limit.delimiter);
    else if (limit.bytes)
        first_bytes(input, limit.count);
    else
        first_lines(input, limit.count, limit.delimiter);
    input.give_back(kept);
}

int run(Arguments& arguments) {
    Limit limit;
    bool always = false, never = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'q':
            never = true, always = false;
            break;
        case 'v':
            always = true, never = false;
            break;
        case 'z':
            limit.delimiter = '\0';
            break;
        default: {
            const char* text = arguments.value();
            limit.from_end = *text == '-';
            limit.bytes = *option == 'c';
            limit.count =
                size_or_die(text + limit.from_end, limit.bytes ? "number of bytes" : "number of lines");
        }
        }
    }
    bool headers = always || (!never && arguments.operands().size() > 1);
    bool first = true;
    return for_each_input(arguments.operands(), [&](Input& input, const char* name) {
        if (headers) out.print("%s==> %s <==\n", first ? "" : "\n", input_label(name));
        first = false;
        show(input, limit);
    });
}

constexpr Tool kTool = {
    .name = "head",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Print the first part of files.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
