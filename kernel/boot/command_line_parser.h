// Splitting a kernel command line into words: blanks separate, double quotes keep them together
// (Linux, Documentation/admin-guide/kernel-parameters.rst).
#pragma once
#include <optional>
#include <string_view>

#include "base/types.h"

namespace martlet {

struct CommandLineWord {
    std::string_view whole;
    std::string_view name;
    std::string_view value;   // without enclosing quotes; empty for a bare name
    bool has_value = false;
    bool is_for_init = false; // after "--"
};

class CommandLineWords {
public:
    explicit CommandLineWords(std::string_view text) : rest_(text) {}
    std::optional<CommandLineWord> next();

private:
    std::string_view rest_;
    bool after_dashes_ = false;
};

/// Options that some part of this kernel reads, or that Linux's reads; and parameters of somebody's
/// (`a.b=c`). All other words are handed to the first program.
bool is_known_kernel_option(const CommandLineWord& word);
/// Words that the first program is known to take: no reason to warn.
bool is_word_for_init(const CommandLineWord& word);

/// A size such as `mem=`: decimal, octal or hexadecimal with K, M, G, T. Nothing if it is malformed or too large.
std::optional<u64> parse_size(std::string_view text);
/// A decimal, octal (0…) or hexadecimal (0x…) number, the whole of `text`.
std::optional<u64> parse_number(std::string_view text);

} // namespace martlet
