// uniq: POSIX.1-2017, with GNU's -D -i -w -z --group.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <fcntl.h>
#include <string.h>
#include <string>
#include <strings.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kGroup = kLongOnly, kAllRepeated };

constexpr Option kOptions[] = {
    {'c', "count", nullptr, "prefix lines by the number of occurrences"},
    {'d', "repeated", nullptr, "only print duplicate lines, one for each group"},
    {'D', nullptr, nullptr, "print all duplicate lines"},
    {kAllRepeated, "all-repeated", "[METHOD]", "like -D, separating groups: none, prepend, separate"},
    {'f', "skip-fields", "N", "avoid comparing the first N fields"},
    {kGroup, "group", "[METHOD]", "show all items, separating groups: separate, prepend, append, both"},
    {'i', "ignore-case", nullptr, "ignore differences in case when comparing"},
    {'s', "skip-chars", "N", "avoid comparing the first N characters"},
    {'u', "unique", nullptr, "only print unique lines"},
    {'w', "check-chars", "N", "compare no more than N characters in lines"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
    {kNumberOption, nullptr, "NUM", nullptr},
};

enum class Grouping { none, prepend, append, separate, both };

struct Settings {
    bool count = false, repeated_only = false, unique_only = false, all_repeated = false, grouped = false;
    bool ignore_case = false;
    Grouping grouping = Grouping::none;
    uint64_t skip_fields = 0, skip_characters = 0, check_characters = UINT64_MAX;
    char delimiter = '\n';
};

std::string_view compared_part(std::string_view line, const Settings& settings) {
    auto is_blank = [](char byte) { return byte == ' ' || byte == '\t'; };
    for (uint64_t i = 0; i < settings.skip_fields && !line.empty(); ++i) {
        while (!line.empty() && is_blank(line[0])) line.remove_prefix(1);
        while (!line.empty() && !is_blank(line[0])) line.remove_prefix(1);
    }
    if (settings.skip_characters >= line.size()) return {};
    line.remove_prefix(static_cast<size_t>(settings.skip_characters));
    return settings.check_characters < line.size()
               ? line.substr(0, static_cast<size_t>(settings.check_characters))
               : line;
}

class Filter {
public:
    explicit Filter(const Settings& settings) : settings_(settings) {}

    void take(std::string_view line) {
        if (have_ && equal(line)) {
            ++count_;
            if (settings_.grouped || settings_.all_repeated) {
                if (count_ == 2 && settings_.all_repeated) begin_group(), put(kept_);
                put(line);
            }
            return;
        }
        end_run();
        kept_ = line;
        have_ = true;
        count_ = 1;
        if (settings_.grouped) begin_group(), put(line);
    }

    void finish() {
        end_run();
        if (settings_.grouped && any_group_ &&
            (settings_.grouping == Grouping::append || settings_.grouping == Grouping::both))
            out.put(settings_.delimiter);
    }

private:
    bool equal(std::string_view line) const {
        std::string_view left = compared_part(kept_, settings_), right = compared_part(line, settings_);
        if (left.size() != right.size()) return false;
        if (!settings_.ignore_case) return left == right;
        for (size_t i = 0; i < left.size(); ++i) {
            auto lower = [](char byte) {
                return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
            };
            if (lower(left[i]) != lower(right[i])) return false;
        }
        return true;
    }
    void begin_group() {
        bool before_first = settings_.grouping == Grouping::prepend || settings_.grouping == Grouping::both;
        if (settings_.grouping != Grouping::none && (any_group_ || before_first))
            out.put(settings_.delimiter);
        any_group_ = true;
    }
    void put(std::string_view line) {
        out.write(line);
        out.put(settings_.delimiter);
    }
    void end_run() {
        if (!have_ || settings_.grouped || settings_.all_repeated) return;
        if (count_ == 1 ? settings_.repeated_only : settings_.unique_only) return;
        if (settings_.count) out.print("%7llu ", count_);
        put(kept_);
    }

    const Settings& settings_;
    std::string kept_;
    bool have_ = false, any_group_ = false;
    unsigned long long count_ = 0;
};

Grouping parse_grouping(const char* text, bool all) {
    if (!text) return all ? Grouping::none : Grouping::separate;
    if (strcmp(text, "separate") == 0) return Grouping::separate;
    if (strcmp(text, "prepend") == 0) return Grouping::prepend;
    if (all && strcmp(text, "none") == 0) return Grouping::none;
    if (!all && strcmp(text, "append") == 0) return Grouping::append;
    if (!all && strcmp(text, "both") == 0) return Grouping::both;
    usage_error("invalid argument '%s' for '--%s'", text, all ? "all-repeated" : "group");
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'c':
            settings.count = true;
            break;
        case 'd':
            settings.repeated_only = true;
            break;
        case 'D':
        case kAllRepeated:
            settings.all_repeated = true, settings.grouping = parse_grouping(value, true);
            break;
        case kGroup:
            settings.grouped = true, settings.grouping = parse_grouping(value, false);
            break;
        case 'f':
        case kNumberOption:
            settings.skip_fields = unsigned_or_die(value, "number of fields to skip");
            break;
        case 's':
            settings.skip_characters = unsigned_or_die(value, "number of bytes to skip");
            break;
        case 'w':
            settings.check_characters = unsigned_or_die(value, "number of bytes to compare");
            break;
        case 'i':
            settings.ignore_case = true;
            break;
        case 'u':
            settings.unique_only = true;
            break;
        case 'z':
            settings.delimiter = '\0';
            break;
        }
    }
    if (settings.grouped &&
        (settings.count || settings.repeated_only || settings.unique_only || settings.all_repeated))
        usage_error("--group is mutually exclusive with -c/-d/-D/-u");
    if (settings.all_repeated && settings.count)
        usage_error("printing all duplicated lines and repeat counts is meaningless");
    auto operands = arguments.operands();
    if (operands.size() > 2) extra_operand(operands[2]);
    Input input;
    const char* name = operands.empty() ? "-" : operands[0];
    if (!input.open(name)) die_errno(1, name);
    if (operands.size() == 2 && strcmp(operands[1], "-") != 0) {
        int fd = open(operands[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) die_errno(1, operands[1]);
    }
    Filter filter(settings);
    while (auto line = input.next_line(settings.delimiter)) filter.take(*line);
    filter.finish();
    if (input.error()) die_errno(1, input_label(name), input.error());
    return 0;
}

constexpr Tool kTool = {
    .name = "uniq",
    .synopsis = "[OPTION]... [INPUT [OUTPUT]]",
    .summary = "Filter adjacent matching lines.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
