// Sets a manual page, written with the macros of man(7), for a screen of a given width. Known are the macros
// and the inline escapes that pages are written with; of roff itself only what such pages use (.br, .sp, .nf,
// .fi, .so). Conditions and definitions are skipped. Any input gives some text.
#pragma once

#include <stddef.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils {

enum class ManStyle { plain, terminal }; // terminal: bold and underlined by escape sequences

std::string format_man_page(std::string_view source, size_t width, ManStyle style);

// What the NAME section says: "ls" and "list directory contents".
struct ManSummary {
    std::vector<std::string> names;
    std::string text;
};
ManSummary man_page_summary(std::string_view source);

} // namespace coreutils
