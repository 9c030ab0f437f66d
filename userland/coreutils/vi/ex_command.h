// One colon command, taken apart: its name (POSIX.1-2017 ex, with abbreviations), lines and arguments.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string_view>

namespace coreutils::vi {

enum CommandName : uint8_t {
    kWrite, kWq, kWn, kXit, kExit, kQuit, kQa, kEdit, kNext, kPrevious, kRewind, kFile, kRead, kS,
    kSubstitute, kG, kGlobal, kV, kVglobal, kDelete, kYank, kPut, kJoin, kMove, kCopy, kT, kShiftRight,
    kShiftLeft, kMark, kK, kNormal, kLineNumber, kPrint, kNumber, kNumbered, kList, kAppend, kInsert,
    kChange, kPreserve, kRecover, kShell, kChdir, kCd, kSet, kUndo, kShellEscape, kAgain, kMap, kUnmap,
    kAbbreviate, kUnabbreviate, kSource, kStop, kSuspend, kVersion, kUnknown
};

// kUnknown: there is none.
CommandName command_named(std::string_view word);

struct ColonCommand {
    CommandName command = kUnknown;
    std::string_view name;
    std::string_view text;      // behind the name, as :s and :! take it
    std::string_view arguments; // the same without blanks in front
    size_t first = 0, last = 0; // lines: the current one when none is given
    int addresses = 0;          // how many are given; % counts as two
    bool force = false;         // a ! stands behind the name
    bool at_top = false;        // address 0: before the first line
};

} // namespace coreutils::vi
