// Reads the output of diff: unified, context and normal forms (POSIX.1-2017 patch, "Patchfile Format"), and
// the headers of git: git-diff(1).
#pragma once

#include "framework/input.h"

#include <optional>
#include <stdint.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace coreutils::patch {

struct HunkLine {
    char kind; // ' ' in both, '-' only in the old, '+' only in the new file
    std::string text;
};

struct Hunk {
    size_t old_start = 0, old_count = 0, new_start = 0, new_count = 0; // lines from 1; start 0 with count 0
    std::vector<HunkLine> lines;
    bool old_lacks_newline = false, new_lacks_newline = false;
};

enum class Origin { same, renamed, copied };

struct FilePatch {
    std::string old_name, new_name, index_name;        // empty when the patch does not say
    bool old_is_absent = false, new_is_absent = false; // /dev/null, or the epoch as time stamp
    // What only git's headers say.
    bool has_git_header = false, is_binary = false;
    Origin origin = Origin::same;
    mode_t old_mode = 0, new_mode = 0; // 0 when they do not
    std::vector<Hunk> hunks;

    // Git's headers alone change something.
    bool is_complete() const {
        return has_git_header && (origin != Origin::same || new_mode || old_is_absent || new_is_absent);
    }
};

class PatchParser {
public:
    // A patch from a system that ends lines with carriage returns, too, loses them, but when it is `binary`.
    PatchParser(Input& input, bool binary) : input_(input), binary_(binary) {}
    // The patch of the next file; nothing at the end. What is no patch is skipped.
    std::optional<FilePatch> next();
    // What was wrong, empty when nothing was.
    const std::string& problem() const { return problem_; }

    bool strips_returns = false; // of the patch that next() returned

private:
    bool read_line();
    void unread() { held_ = true; }
    bool read_unified(FilePatch& patch);
    bool read_context(FilePatch& patch);
    bool read_context_hunk(Hunk& hunk);
    bool read_normal(FilePatch& patch);
    void read_git_header(FilePatch& patch);
    bool fail(const char* what);

    Input& input_;
    std::string line_;
    std::string git_names_; // behind "diff --git", of the patch in hand
    const bool binary_;
    bool held_ = false, at_end_ = false;
    uint64_t number_ = 0;
    std::string problem_;
};

} // namespace coreutils::patch
