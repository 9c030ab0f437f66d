// A tool's main function inside a fuzzer: where the process would end, ToolEnded is thrown.
#pragma once

#include <string_view>

struct ToolEnded {
    int status;
};

// A descriptor from which `text` can be read, for Input; it is reused by the next call.
int input_of(std::string_view text);
