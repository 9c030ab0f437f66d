// The colours of ls: LS_COLORS in the form of dircolors(1), over built-in ones.
#pragma once

#include <string_view>
#include <sys/types.h>

namespace coreutils::ls {

struct FileKind {
    mode_t mode = 0;
    bool orphan = false;    // a symbolic link to nothing
    bool missing = false;   // the nothing it points to
    mode_t target_mode = 0; // of a link, for ln=target
    nlink_t links = 1;
};

// The SGR parameters for a file, empty for none.
std::string_view color_of(std::string_view name, const FileKind& kind);

} // namespace coreutils::ls
