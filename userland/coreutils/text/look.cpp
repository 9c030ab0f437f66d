// look: the lines of a sorted file that begin with a string (util-linux). A binary search in the file: it is
// not read.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <ctype.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "alternative", nullptr, "use /usr/share/dict/web2"},
    {'d', "alphanum", nullptr, "compare blanks and alphanumeric characters only"},
    {'f', "ignore-case", nullptr, "ignore case"},
    {'t', "terminate", "CHAR", "compare up to and with the first CHAR of STRING"},
};

struct Rules {
    bool letters_only = false, fold = false;

    // At most `limit` characters of `text` as they are compared.
    std::string key(std::string_view text, size_t limit) const {
        std::string key;
        for (char byte : text) {
            auto character = static_cast<unsigned char>(byte);
            if (letters_only && !isalnum(character) && !isblank(character)) continue;
            if (key.size() == limit) break;
            key.push_back(fold ? static_cast<char>(tolower(character)) : byte);
        }
        return key;
    }
};

int run(Arguments& arguments) {
    Rules rules;
    bool given_rules = false;
    const char* end_character = nullptr;
    const char* file = "/usr/share/dict/words";
    while (auto option = arguments.next_option()) {
        given_rules |= *option == 'd' || *option == 'f';
        rules.letters_only |= *option == 'd';
        rules.fold |= *option == 'f';
        if (*option == 't') end_character = arguments.value();
        if (*option == 'a') file = "/usr/share/dict/web2";
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() > 2) extra_operand(operands[2]);
    if (operands.size() == 2)
        file = operands[1];
    else if (!given_rules)
        rules = {true, true}; // as the dictionary is sorted
    std::string string = operands[0];
    if (end_character)
        string = string.substr(0, string.find(*end_character) == std::string::npos
                                      ? string.size()
                                      : string.find(*end_character) + 1);
    string = rules.key(string, string.size());
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) die_errno(2, file);
    auto size = static_cast<size_t>(info.st_size);
    if (size == 0) return 1;
    void* start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (start == MAP_FAILED) die_errno(2, file);
    std::string_view text(static_cast<const char*>(start), size);
    // Lines that begin before `low` go before the string; those from `high` on do not.
    size_t low = 0, high = size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        size_t begin = middle == 0 ? 0 : text.rfind('\n', middle - 1) + 1;
        size_t end = std::min(text.find('\n', middle), size - 1) + 1;
        if (rules.key(text.substr(begin, end - begin - (text[end - 1] == '\n')), string.size()) < string)
            low = end;
        else
            high = begin;
    }
    bool found = false;
    for (size_t end; low < size; low = end) {
        end = std::min(text.find('\n', low), size - 1) + 1;
        std::string_view line = text.substr(low, end - low);
        if (line.ends_with('\n')) line.remove_suffix(1);
        if (rules.key(line, string.size()) != string) break;
        out.write(line);
        out.put('\n');
        found = true;
    }
    return found ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "look",
    .synopsis = "[-df] [-t CHAR] STRING [FILE]",
    .summary = "Print the lines of a sorted file that begin with STRING.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
