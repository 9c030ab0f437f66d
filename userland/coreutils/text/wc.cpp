// wc: POSIX.1-2017, with GNU's -L and --files0-from. Characters are UTF-8's.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/utf8.h"

#include <algorithm>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kFilesFrom = kLongOnly };

constexpr Option kOptions[] = {
    {'c', "bytes", nullptr, "print the byte counts"},
    {'m', "chars", nullptr, "print the character counts"},
    {'l', "lines", nullptr, "print the newline counts"},
    {kFilesFrom, "files0-from", "F", "read NUL-ended names of input files from file F"},
    {'L', "max-line-length", nullptr, "print the maximum display width"},
    {'w', "words", nullptr, "print the word counts"},
};

struct Selection {
    bool lines = false, words = false, characters = false, bytes = false, width = false;
    int count() const { return lines + words + characters + bytes + width; }
};

struct Counts {
    uint64_t lines = 0, words = 0, characters = 0, bytes = 0, width = 0;
};

bool is_space(char32_t value) {
    if (value <= ' ') return value == ' ' || (value >= '\t' && value <= '\r');
    if (value < 0x1680) return false;
    return value == 0x1680 || (value >= 0x2000 && value <= 0x2006) || (value >= 0x2008 && value <= 0x200A) ||
           value == 0x2028 || value == 0x2029 || value == 0x205F || value == 0x3000;
}

// Bytes and lines need no look at each character.
void count_lines(Input& input, Counts& counts) {
    for (std::string_view block; !(block = input.next_block()).empty();) {
        counts.bytes += block.size();
        counts.lines += static_cast<uint64_t>(std::count(block.begin(), block.end(), '\n'));
    }
}

class Scanner {
public:
    explicit Scanner(Counts& counts) : counts_(counts) {}

    // Takes what is complete of `block`; returns the bytes of a sequence cut at its end.
    size_t scan(std::string_view block, bool last) {
        size_t at = 0;
        while (at < block.size()) {
            auto byte = static_cast<unsigned char>(block[at]);
            if (byte < 0x80) {
                ++counts_.characters;
                ascii(byte);
                ++at;
                continue;
            }
            CodePoint point = decode_utf8(block.substr(at));
            if (point.value == kInvalidByte && !last && block.size() - at < 4) return block.size() - at;
            if (point.value != kInvalidByte) {
                ++counts_.characters;
                wide(point.value);
            } else {
                start_word();
            }
            at += point.length;
        }
        return 0;
    }
    void finish() { counts_.width = std::max(counts_.width, position_); }

private:
    void start_word() {
        counts_.words += !in_word_;
        in_word_ = true;
    }
    void ascii(unsigned char byte) {
        if (byte > ' ') {
            start_word();
            position_ += byte != 0x7F;
        } else if (byte == ' ') {
            in_word_ = false;
            ++position_;
        } else if (byte == '\t') {
            in_word_ = false;
            position_ += 8 - position_ % 8;
        } else if (byte >= '\n' && byte <= '\r') {
            in_word_ = false;
            if (byte == '\n') ++counts_.lines;
            if (byte == '\v') return;
            finish();
            position_ = 0;
        } else {
            start_word();
        }
    }
    void wide(char32_t value) {
        int width = column_width(value);
        if (width > 0) position_ += static_cast<uint64_t>(width);
        if (is_space(value))
            in_word_ = false;
        else
            start_word();
    }

    Counts& counts_;
    bool in_word_ = false;
    uint64_t position_ = 0;
};

void count_all(Input& input, Counts& counts) {
    Scanner scanner(counts);
    bool more = true;
    while (more) {
        more = input.fill_more();
        std::string_view block = input.buffered();
        size_t kept = scanner.scan(block, !more);
        counts.bytes += block.size() - kept;
        input.consume(block.size() - kept);
    }
    scanner.finish();
}

void count_file(Input& input, const Selection& selection, Counts& counts) {
    if (selection.words || selection.characters || selection.width) return count_all(input, counts);
    struct stat info;
    off_t position = lseek(input.fd(), 0, SEEK_CUR);
    // The size tells the bytes, unless it is one of those that files in /proc claim.
    if (!selection.lines && position >= 0 && fstat(input.fd(), &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_size > position && info.st_size % sysconf(_SC_PAGESIZE) != 0) {
        counts.bytes = static_cast<uint64_t>(info.st_size - position);
        lseek(input.fd(), 0, SEEK_END);
        return;
    }
    count_lines(input, counts);
}

void print_counts(const Counts& counts, const Selection& selection, int width, const char* name) {
    bool first = true;
    auto print = [&](bool wanted, uint64_t value) {
        if (!wanted) return;
        out.print("%s%*llu", first ? "" : " ", width, static_cast<unsigned long long>(value));
        first = false;
    };
    print(selection.lines, counts.lines);
    print(selection.words, counts.words);
    print(selection.characters, counts.characters);
    print(selection.bytes, counts.bytes);
    print(selection.width, counts.width);
    if (name) out.print(" %s", name);
    out.put('\n');
}

// Wide enough for the sum of the sizes of all files; seven columns when one tells no size.
int column_digits(std::span<char*> names, const Selection& selection) {
    if (names.size() <= 1 && selection.count() == 1) return 1;
    uint64_t total = 0;
    int least = 1;
    auto add = [&](bool known, const struct stat& info) {
        if (!known) return;
        if (S_ISREG(info.st_mode))
            total += static_cast<uint64_t>(info.st_size);
        else
            least = 7;
    };
    struct stat info;
    if (names.empty()) add(fstat(STDIN_FILENO, &info) == 0, info);
    for (char* name : names)
        add((strcmp(name, "-") == 0 ? fstat(STDIN_FILENO, &info) : stat(name, &info)) == 0, info);
    return std::max(least, static_cast<int>(std::to_string(total).size()));
}

std::vector<std::string> read_names(const char* list) {
    Input input;
    if (!input.open(list)) die_errno(1, list);
    std::vector<std::string> names;
    while (auto name = input.next_line('\0')) names.emplace_back(*name);
    if (input.error()) die_errno(1, list, input.error());
    return names;
}

int run(Arguments& arguments) {
    Selection selection;
    const char* list = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            selection.bytes = true;
            break;
        case 'm':
            selection.characters = true;
            break;
        case 'l':
            selection.lines = true;
            break;
        case 'w':
            selection.words = true;
            break;
        case 'L':
            selection.width = true;
            break;
        case kFilesFrom:
            list = arguments.value();
            break;
        }
    }
    if (selection.count() == 0) selection.lines = selection.words = selection.bytes = true;
    std::vector<std::string> listed;
    std::vector<char*> names(arguments.operands().begin(), arguments.operands().end());
    if (list) {
        if (!names.empty())
            usage_error("extra operand '%s': file operands cannot be combined with --files0-from", names[0]);
        listed = read_names(list);
        for (std::string& name : listed) names.push_back(name.data());
        if (names.empty()) return 0;
    }
    int width = list ? 1 : column_digits(names, selection);
    Counts total;
    int status = for_each_input(names, [&](Input& input, const char* name) {
        Counts counts;
        count_file(input, selection, counts);
        if (input.error() && counts.bytes == 0 && input.error() != EISDIR) return;
        print_counts(counts, selection, width, names.empty() ? nullptr : name);
        total.lines += counts.lines;
        total.words += counts.words;
        total.characters += counts.characters;
        total.bytes += counts.bytes;
        total.width = std::max(total.width, counts.width);
    });
    if (names.size() > 1) print_counts(total, selection, width, "total");
    return status;
}

constexpr Tool kTool = {
    .name = "wc",
    .synopsis = "[OPTION]... [FILE]...\n[OPTION]... --files0-from=F",
    .summary = "Print newline, word, and byte counts for each file.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
