// shuf: lines, arguments or numbers in random order (GNU). Randomness is getrandom(2)'s, or
// --random-source's.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <fcntl.h>
#include <string.h>
#include <string>
#include <sys/random.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace coreutils {
namespace {

enum : int { kRandomSource = kLongOnly };

constexpr Option kOptions[] = {
    {'e', "echo", nullptr, "treat each ARG as an input line"},
    {'i', "input-range", "LO-HI", "treat each number LO through HI as an input line"},
    {'n', "head-count", "COUNT", "output at most COUNT lines"},
    {'o', "output", "FILE", "write result to FILE instead of standard output"},
    {kRandomSource, "random-source", "FILE", "get random bytes from FILE"},
    {'r', "repeat", nullptr, "output lines can be repeated"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
};

class Random {
public:
    void use(const char* file) {
        if (!source_.open(file)) die_errno(1, file);
        name_ = file;
    }
    // Evenly from 0 to limit - 1.
    uint64_t below(uint64_t limit) {
        uint64_t excess = (UINT64_MAX % limit + 1) % limit;
        for (;;) {
            uint64_t value = next();
            if (value <= UINT64_MAX - excess) return value % limit;
        }
    }

private:
    uint64_t next() {
        if (used_ == sizeof(pool_)) fill();
        uint64_t value;
        memcpy(&value, pool_ + used_, sizeof(value));
        used_ += sizeof(value);
        return value;
    }
    void fill() {
        size_t have = 0;
        while (have < sizeof(pool_)) {
            ssize_t count = name_ ? source_.read(pool_ + have, sizeof(pool_) - have)
                                  : getrandom(pool_ + have, sizeof(pool_) - have, 0);
            if (count < 0) die_errno(1, name_ ? name_ : "getrandom");
            if (count == 0) die(1, "%s: end of file", name_);
            have += static_cast<size_t>(count);
        }
        used_ = 0;
    }

    Input source_;
    const char* name_ = nullptr;
    unsigned char pool_[256];
    size_t used_ = sizeof(pool_);
};

// What is shuffled: lines held in memory, or a range of numbers that is never laid out.
struct Source {
    std::vector<std::string> lines;
    bool is_range = false;
    uint64_t low = 0, count = 0;

    uint64_t size() const { return is_range ? count : lines.size(); }
    void print(uint64_t index, char delimiter) const {
        if (is_range)
            out.print("%llu", static_cast<unsigned long long>(low + index));
        else
            out.write(lines[static_cast<size_t>(index)]);
        out.put(delimiter);
    }
};

// The first `count` of a random permutation: Fisher and Yates', over a table that holds only moved places.
void permute(const Source& source, uint64_t count, Random& random, char delimiter) {
    std::unordered_map<uint64_t, uint64_t> moved;
    uint64_t size = source.size();
    for (uint64_t index = 0; index < count && index < size; ++index) {
        uint64_t other = index + random.below(size - index);
        auto here = moved.find(index);
        uint64_t value = here == moved.end() ? index : here->second;
        auto there = moved.find(other);
        source.print(there == moved.end() ? other : there->second, delimiter);
        moved[other] = value;
        moved.erase(index);
        if (other == index) moved.erase(other);
    }
}

void parse_range(Source& source, const char* text) {
    std::string_view range = text;
    size_t dash = range.find('-');
    auto low = parse_unsigned(range.substr(0, dash));
    auto high = dash == std::string_view::npos ? std::nullopt : parse_unsigned(range.substr(dash + 1));
    if (!low || !high || *high + 1 < *low || *high - *low == UINT64_MAX)
        die(1, "invalid input range: '%s'", text);
    source.is_range = true;
    source.low = *low;
    source.count = *high - *low + 1;
}

int run(Arguments& arguments) {
    Source source;
    Random random;
    uint64_t count = UINT64_MAX;
    bool echo = false, repeat = false;
    const char* output = nullptr;
    char delimiter = '\n';
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'e':
            echo = true;
            break;
        case 'i':
            if (source.is_range) die(1, "multiple -i options specified");
            parse_range(source, arguments.value());
            break;
        case 'n': {
            uint64_t value = unsigned_or_die(arguments.value(), "line count");
            count = value < count ? value : count;
            break;
        }
        case 'o':
            output = arguments.value();
            break;
        case kRandomSource:
            random.use(arguments.value());
            break;
        case 'r':
            repeat = true;
            break;
        case 'z':
            delimiter = '\0';
            break;
        }
    }
    auto operands = arguments.operands();
    if (echo && source.is_range) usage_error("cannot combine -e and -i options");
    if (source.is_range ? !operands.empty() : !echo && operands.size() > 1)
        extra_operand(operands[source.is_range ? 0 : 1]);
    if (echo) {
        source.lines.assign(operands.begin(), operands.end());
    } else if (!source.is_range) {
        int status = for_each_input(operands, [&](Input& input, const char*) {
            while (auto line = input.next_line(delimiter)) source.lines.emplace_back(*line);
        });
        if (status != 0) return status;
    }
    if (output) {
        int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) die_errno(1, output);
        close(fd);
    }
    if (!repeat) {
        permute(source, count, random, delimiter);
        return 0;
    }
    if (source.size() == 0 && count > 0) die(1, "no lines to repeat");
    for (uint64_t index = 0; index < count; ++index) source.print(random.below(source.size()), delimiter);
    return 0;
}

constexpr Tool kTool = {
    .name = "shuf",
    .synopsis = "[OPTION]... [FILE]\n-e [OPTION]... [ARG]...\n-i LO-HI [OPTION]...",
    .summary = "Write a random permutation of the input lines.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
