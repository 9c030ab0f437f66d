// A sed script as the parser leaves it for the executor (POSIX.1-2017 sed, GNU's additions).
#pragma once

#include "lib/regex.h"

#include <memory>
#include <optional>
#include <stdint.h>
#include <string>
#include <vector>

namespace coreutils::sed {

// An expression of an address or of s; none means the last one used.
struct Pattern {
    std::optional<Regex> regex;
};

enum class AddressKind { none, line, last, pattern, step, plus, multiple };

struct Address {
    AddressKind kind = AddressKind::none;
    uint64_t number = 0, step = 0;
    Pattern pattern;
};

enum class CaseChange { none, upper, lower, next_upper, next_lower, end };

// A piece of a replacement: text, then a group (or -1), before which the case changes.
struct ReplacementPart {
    CaseChange change = CaseChange::none;
    std::string text;
    int group = -1;
};

struct Substitution {
    Pattern pattern;
    std::vector<ReplacementPart> parts;
    bool global = false, print = false, evaluate = false;
    uint64_t number = 1;
    size_t output = SIZE_MAX; // index into Script::outputs
};

struct Command {
    Address first, second;
    bool negated = false;
    char name = '\0';
    std::string text;         // of a i c, file name of r R, label of : b t T, command of e
    size_t target = SIZE_MAX; // where b t T and { go; SIZE_MAX: the end
    uint64_t number = 0;      // of l L q Q
    bool has_number = false;
    size_t output = SIZE_MAX; // of w W
    std::unique_ptr<Substitution> substitution;
    std::vector<std::pair<char32_t, char32_t>> transliteration;
    // The state of a range while the script runs.
    bool active = false;
    bool closed = false; // a range that begins at a line number has ended
    uint64_t range_end = 0;
};

struct Script {
    std::vector<Command> commands;
    std::vector<std::string> outputs; // names of w files, each once
    bool quiet = false;               // it begins with #n
};

struct Source {
    std::string text;
    std::string name; // for messages: "-e expression #1", or the file's name
    bool is_file = false;
};

struct ParseSettings {
    Syntax syntax = Syntax::basic;
    bool posix = false;
};

// Nothing when the script is wrong; `problem` then is "NAME, line N: reason" or "NAME, char N: reason".
std::optional<Script> parse_script(const std::vector<Source>& sources, const ParseSettings& settings,
                                   std::string& problem);

} // namespace coreutils::sed
