// Where vi's motion commands lead (POSIX.1-2017 vi, "Command Descriptions").
#pragma once

#include "vi/buffer.h"

#include <optional>
#include <string>

namespace coreutils::vi {

enum class Reach {
    exclusive, // of an operator: up to, but not including, the place
    inclusive,
    lines, // whole lines
};

struct Motion {
    Position to;
    Reach reach = Reach::exclusive;
    bool keeps_column = false; // up and down: the column wanted stays
};

enum class WordKind { small, big }; // w and W

Position word_forward(const Buffer& buffer, Position from, WordKind kind, size_t count, bool for_operator);
Position word_end(const Buffer& buffer, Position from, WordKind kind, size_t count);
// cw: the end of the count-th word, the one at the cursor being the first even at its last character.
Position end_of_words(const Buffer& buffer, Position from, WordKind kind, size_t count);
Position word_backward(const Buffer& buffer, Position from, WordKind kind, size_t count);
Position paragraph(const Buffer& buffer, Position from, bool forward, size_t count);
Position sentence(const Buffer& buffer, Position from, bool forward, size_t count);
Position section(const Buffer& buffer, Position from, bool forward, size_t count);
// f F t T: the place of the count-th `target` (a character's bytes) in the line.
std::optional<Position> find_in_line(const Buffer& buffer, Position from, const std::string& target,
                                     char command, size_t count);
// %: the bracket that matches the next one at or behind the cursor.
std::optional<Position> matching_bracket(const Buffer& buffer, Position from);
size_t first_nonblank(const std::string& text);

} // namespace coreutils::vi
