// The colours of ls: LS_COLORS in the form of dircolors(1), over built-in ones.
#pragma once

#include <optional>
#include <string>
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

// The SGR parameters for a file, nothing when LS_COLORS has none.
std::optional<std::string_view> color_of(std::string_view name, const FileKind& kind);

// Whether LS_COLORS colours links by what they lead to.
bool targets_matter();
// The name between its colour and the reset; `may_wrap` when it goes over the end of the terminal's line.
std::string colored(std::string_view shown, std::optional<std::string_view> color, bool may_wrap);
// What an entry begins with: the colour of everything that has none of its own.
std::string normal_text();

} // namespace coreutils::ls
