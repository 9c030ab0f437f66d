// A program in a session of its own on a virtual terminal.
#pragma once

#include <sys/types.h>

namespace coreutils {

struct ConsoleProgram {
    unsigned number = 0;   // of the terminal
    char** command;        // ends with a null pointer
    bool is_login = false; // its name gets a leading '-'
};

// Only in a child: becomes the program with the terminal as its controlling terminal and its standard files.
[[noreturn]] void become_on_console(const ConsoleProgram& program);

} // namespace coreutils
