#include "framework/arguments.h"

#include "framework/diagnostics.h"

#include <stdlib.h>
#include <string.h>

namespace coreutils {
namespace {

constexpr int kHelp = kLongOnly + 4096;
constexpr int kVersion = kHelp + 1;
constexpr Option kCommonOptions[] = {
    {kHelp, "help", nullptr, nullptr},
    {kVersion, "version", nullptr, nullptr},
};

void answer_common_option(const Tool& tool, int id) {
    if (id == kHelp) print_help(tool);
    if (id == kVersion) print_version(tool);
    if (id == kHelp || id == kVersion) finish(0);
}

} // namespace

const Option* match_long_option(std::span<const Option> options, std::string_view name, bool& ambiguous) {
    const Option* found = nullptr;
    ambiguous = false;
    for (const Option& option : options) {
        if (!option.long_name || strncmp(option.long_name, name.data(), name.size()) != 0) continue;
        if (option.long_name[name.size()] == '\0') {
            ambiguous = false;
            return &option;
        }
        if (found && found->id != option.id) ambiguous = true;
        if (!found) found = &option;
    }
    return ambiguous ? nullptr : found;
}

Arguments::Arguments(const Tool& tool, std::span<char*> argv) : tool_(tool), argv_(argv) {
    if (tool.order == OperandOrder::raw && argv.size() == 2 && !getenv("POSIXLY_CORRECT"))
        for (const Option& option : kCommonOptions)
            if (strncmp(argv[1], "--", 2) == 0 && strcmp(argv[1] + 2, option.long_name) == 0)
                answer_common_option(tool, option.id);
    permute_ = tool.order == OperandOrder::permute && !getenv("POSIXLY_CORRECT");
    if (tool.order == OperandOrder::raw || tool.order == OperandOrder::untouched)
        operands_.assign(argv.begin() + 1, argv.end());
}

std::optional<int> Arguments::next_option() {
    value_ = nullptr;
    if (letters_) return next_short();
    while (index_ < argv_.size()) {
        char* argument = argv_[index_++];
        if (argument[0] != '-' || argument[1] == '\0') {
            operands_.push_back(argument);
            if (permute_) continue;
            break;
        }
        text_ = argument;
        if (argument[1] != '-') {
            letters_ = argument + 1;
            return next_short();
        }
        if (argument[2] == '\0') break;
        return next_long(argument + 2);
    }
    while (index_ < argv_.size()) operands_.push_back(argv_[index_++]);
    return std::nullopt;
}

char* Arguments::take_next_argument() { return index_ < argv_.size() ? argv_[index_++] : nullptr; }

std::optional<int> Arguments::next_long(char* name) {
    char* equals = strchr(name, '=');
    std::string_view bare = equals ? std::string_view(name, static_cast<size_t>(equals - name)) : name;
    bool ambiguous = false;
    const Option* option = match_long_option(tool_.options, bare, ambiguous);
    if (!option && !ambiguous) option = match_long_option(kCommonOptions, bare, ambiguous);
    if (ambiguous) usage_error("option '--%.*s' is ambiguous", static_cast<int>(bare.size()), bare.data());
    if (!option) usage_error("unrecognized option '--%.*s'", static_cast<int>(bare.size()), bare.data());
    if (equals && !option->argument)
        usage_error("option '--%s' doesn't allow an argument", option->long_name);
    answer_common_option(tool_, option->id);
    if (equals) value_ = equals + 1;
    if (!equals && option->argument && !option->argument_is_optional()) {
        value_ = take_next_argument();
        if (!value_) usage_error("option '--%s' requires an argument", option->long_name);
    }
    return option->id;
}

const Option* Arguments::find_short(int letter) const {
    for (const Option& option : tool_.options)
        if (option.id == letter) return &option;
    return nullptr;
}

std::optional<int> Arguments::next_short() {
    char letter = *letters_;
    if (letter >= '0' && letter <= '9' && !find_short(letter) && find_short(kNumberOption)) {
        value_ = letters_;
        letters_ += strspn(letters_, "0123456789");
        // The digits end at a letter of the same group: keep them apart from it.
        static char digits[32];
        size_t length = static_cast<size_t>(letters_ - value_);
        if (*letters_) {
            if (length >= sizeof digits) usage_error("invalid number '%s'", value_);
            memcpy(digits, value_, length);
            digits[length] = '\0';
            value_ = digits;
        } else {
            letters_ = nullptr;
        }
        return kNumberOption;
    }
    const Option* option = find_short(static_cast<unsigned char>(letter));
    if (!option) usage_error("invalid option -- '%c'", letter);
    ++letters_;
    if (option->argument) {
        if (*letters_) value_ = letters_;
        letters_ = nullptr;
        if (!value_ && !option->argument_is_optional()) {
            value_ = take_next_argument();
            if (!value_) usage_error("option requires an argument -- '%c'", letter);
        }
    } else if (*letters_ == '\0') {
        letters_ = nullptr;
    }
    return option->id;
}

char** Arguments::operand_vector() {
    if (operands_.empty() || operands_.back()) operands_.push_back(nullptr);
    return operands_.data();
}

} // namespace coreutils
