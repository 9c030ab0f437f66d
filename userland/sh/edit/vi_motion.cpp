// Where the motions of vi mode lead.
#include "base/text.hpp"
#include "edit/vi_mode.hpp"

namespace sh {

// Blanks, words and punctuation; for a bigword only blanks and the rest.
int ViMode::class_of(size_t at, bool big) const {
    char c = buffer_.text()[at];
    if (is_space(c))
        return 0;
    return big || is_name_char(c) || static_cast<unsigned char>(c) >= 0x80 ? 1 : 2;
}

size_t ViMode::word_forward(size_t at, bool big) const {
    size_t size = buffer_.text().size();
    if (at < size)
        for (int here = class_of(at, big); at < size && here != 0 && class_of(at, big) == here;)
            ++at;
    while (at < size && class_of(at, big) == 0)
        ++at;
    return at;
}

size_t ViMode::word_end(size_t at, bool big) const {
    size_t size = buffer_.text().size();
    at = buffer_.after(at);
    while (at < size && class_of(at, big) == 0)
        ++at;
    if (at >= size)
        return size == 0 ? 0 : buffer_.before(size);
    for (int here = class_of(at, big); at < size && class_of(at, big) == here;)
        ++at;
    return buffer_.before(at);
}

size_t ViMode::word_backward(size_t at, bool big) const {
    while (at > 0 && class_of(at - 1, big) == 0)
        --at;
    if (at > 0)
        for (int here = class_of(at - 1, big); at > 0 && class_of(at - 1, big) == here;)
            --at;
    return at;
}

std::optional<ViMode::Motion> ViMode::find(const Find& wanted, int64_t count) {
    bool forward = wanted.kind == 'f' || wanted.kind == 't';
    size_t at = buffer_.cursor();
    size_t found = at;
    for (; count > 0; --count) {
        size_t next = found;
        do {
            if (forward ? next >= buffer_.text().size() : next == 0)
                return std::nullopt;
            next = forward ? buffer_.after(next) : buffer_.before(next);
        } while (std::string_view(buffer_.text()).substr(next, wanted.character.size()) != wanted.character ||
                 next >= buffer_.text().size());
        found = next;
    }
    if (wanted.kind == 't')
        found = buffer_.before(found);
    if (wanted.kind == 'T')
        found = buffer_.after(found);
    return Motion{found, forward};
}

// Where a motion leads; nothing when it leads nowhere.
std::optional<ViMode::Motion> ViMode::motion(char letter, int64_t count) {
    size_t at = buffer_.cursor();
    size_t start = buffer_.line_start(at);
    size_t end = buffer_.line_end(at);
    size_t to = at;
    switch (letter) {
    case 'l':
    case ' ':
        // The last character is as far as the cursor goes.
        if (at >= end)
            return std::nullopt;
        for (; count > 0 && to < end; --count)
            to = buffer_.after(to);
        return Motion{to};
    case 'h':
        for (; count > 0 && to > start; --count)
            to = buffer_.before(to);
        return to < at ? std::optional(Motion{to}) : std::nullopt;
    case 'w':
    case 'W':
        for (; count > 0 && to < buffer_.text().size(); --count)
            to = word_forward(to, letter == 'W');
        return to > at ? std::optional(Motion{to}) : std::nullopt;
    case 'e':
    case 'E':
        for (; count > 0; --count)
            to = word_end(to, letter == 'E');
        return to > at ? std::optional(Motion{to, true}) : std::nullopt;
    case 'b':
    case 'B':
        for (; count > 0; --count)
            to = word_backward(to, letter == 'B');
        return to < at ? std::optional(Motion{to}) : std::nullopt;
    case '^':
        for (to = start; to < end && is_space(buffer_.text()[to]);)
            ++to;
        return Motion{to};
    case '0': return Motion{start};
    case '$': return Motion{end};
    case '|':
        for (to = start; count > 1 && to < end; --count)
            to = buffer_.after(to);
        return Motion{to};
    case 'f':
    case 'F':
    case 't':
    case 'T': {
        Key key = next_key();
        if (key.kind != KeyKind::text)
            return std::nullopt;
        last_find_ = {letter, key.bytes};
        return find(last_find_, count);
    }
    case ';': return last_find_.kind ? find(last_find_, count) : std::nullopt;
    case ',': {
        if (!last_find_.kind)
            return std::nullopt;
        Find opposite = last_find_;
        opposite.kind = static_cast<char>(last_find_.kind ^ 0x20);
        return find(opposite, count);
    }
    default: return std::nullopt;
    }
}

}  // namespace sh
