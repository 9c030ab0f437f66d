// The one option parser. Understands combined letters (-la), attached and separate values (-n5, -n 5,
// --lines=5, --lines 5), unambiguous prefixes of long names, -NUM, and `--`; operands and options may be
// mixed unless the tool or POSIXLY_CORRECT says otherwise. --help and --version are answered here. Standard:
// POSIX.1-2017 XBD 12.2, GNU getopt_long(3).
#pragma once

#include "framework/tool.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace coreutils {

class Arguments {
public:
    // `argv` starts with the program's name and must outlive this object.
    Arguments(const Tool& tool, std::span<char*> argv);

    // The id of the next option, or nothing after the last. A wrong option ends the process.
    std::optional<int> next_option();

    // The value of the option that next_option() returned; nullptr when an optional one is absent.
    char* value() const { return value_; }
    // The argument in which the last option stood, and the dash of its letter for messages.
    const char* option_text() const { return text_; }

    // After the last option: the operands in order, each a C string.
    std::span<char*> operands() { return operands_; }
    // The same, ended by a null pointer as execvp(3) wants.
    char** operand_vector();

private:
    std::optional<int> next_long(char* name);
    std::optional<int> next_short();
    const Option* find_long(std::string_view name) const;
    const Option* find_short(int letter) const;
    char* take_next_argument();

    const Tool& tool_;
    std::span<char*> argv_;
    size_t index_ = 1;
    char* letters_ = nullptr; // the rest of a group of letters
    char* value_ = nullptr;
    const char* text_ = nullptr;
    bool permute_ = false;
    std::vector<char*> operands_;
};

// The row whose long name is `name` or, when only one begins with it, that one. `ambiguous` tells why not.
const Option* match_long_option(std::span<const Option> options, std::string_view name, bool& ambiguous);

} // namespace coreutils
