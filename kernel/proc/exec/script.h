// The first line of a script: "#!interpreter [argument]" (execve(2), "Interpreter scripts").
#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

/// As much of a file as decides its format.
inline constexpr usize kExecHeadSize = 256;

struct ScriptLine {
    std::string_view interpreter; // into the head
    std::string_view argument;    // everything after it on the line, trimmed; empty: none
    bool has_argument = false;
};

/// Nothing if the file does not start with "#!". `head` holds the first bytes of the file, all 256 if it has so many.
/// ENOEXEC: no interpreter named, or its name is cut off at the end of the head.
Result<std::optional<ScriptLine>> parse_script_line(std::string_view head);

} // namespace martlet
