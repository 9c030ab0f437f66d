// Text objects: what `i` (inner) and `a` (with what surrounds it) name behind an operator and in visual mode: words,
// quotations, brackets, paragraphs. An extension of POSIX's vi that everybody's fingers know.
#pragma once

#include "vi/motion.h"

namespace coreutils::vi {

struct TextObject {
    Position from, to;
    Reach reach = Reach::exclusive;
};

enum class Extent { inner, around };

// `key` is one of w W " ' ` ( ) b [ ] { } B < > p; nothing when there is no such object at `at`.
std::optional<TextObject> text_object(const Buffer& buffer, Position at, Extent extent, int key);

} // namespace coreutils::vi
