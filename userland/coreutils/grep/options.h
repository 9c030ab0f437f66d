// grep's options, gathered into what the command line asks for.
#pragma once

#include "framework/arguments.h"
#include "grep/settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace coreutils::grep {

enum : int {
    kColor = kLongOnly,
    kInclude,
    kExclude,
    kExcludeFrom,
    kExcludeDir,
    kBinaryFiles,
    kLabel,
    kLineBuffered,
    kNoIgnoreCase,
};

struct Request {
    Settings settings;
    std::vector<std::string> patterns;
    bool have_patterns = false;
    const char* after = nullptr;
    const char* before = nullptr;
    const char* context = nullptr;
};

// Takes one option with its value; a wrong value ends the program.
void take_option(Request& request, int id, const char* value);

// Each line of `text` is a pattern.
void add_patterns(std::vector<std::string>& patterns, std::string_view text);

} // namespace coreutils::grep
