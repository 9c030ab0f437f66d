// Reads the output of diff: unified, context and normal forms (POSIX.1-2017 patch, "Patchfile Format").
#pragma once

#include "framework/input.h"

#include <optional>
#include <stdint.h>
#include <string>
#include <vector>

namespace coreutils {

struct HunkLine {
    char kind; // ' ' in both, '-' only in the old, '+' only in the new file
    std::string text;
};

struct Hunk {
    size_t old_start = 0, old_count = 0, new_start = 0, new_count = 0; // lines from 1; start 0 with count 0
    std::vector<HunkLine> lines;
    bool old_lacks_newline = false, new_lacks_newline = false;
};

struct FilePatch {
    std::string old_name, new_name, index_name; // empty when the patch does not say
    bool old_is_absent = false, new_is_absent = false; // /dev/null, or the epoch as time stamp
    std::vector<Hunk> hunks;
};

class PatchParser {
public:
    explicit PatchParser(Input& input) : input_(input) {}
    // The patch of the next file; nothing at the end. What is no patch is skipped.
    std::optional<FilePatch> next();
    // What was wrong, empty when nothing was.
    const std::string& problem() const { return problem_; }

private:
    bool read_line();
    void unread() { held_ = true; }
    bool read_unified(FilePatch& patch);
    bool read_context(FilePatch& patch);
    bool read_context_hunk(Hunk& hunk);
    bool read_normal(FilePatch& patch);
    bool fail(const char* what);

    Input& input_;
    std::string line_;
    bool held_ = false, at_end_ = false;
    uint64_t number_ = 0;
    std::string problem_;
};

} // namespace coreutils
