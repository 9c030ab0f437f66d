// Which lines a command selects: its addresses, and the ranges that two of them make.
#include "sed/executor.h"

#include "framework/diagnostics.h"

namespace coreutils::sed {

void Executor::begin_ranges() {
    for (Command& command : script_.commands) {
        // 0,/re/: the expression may match on the first line
        command.active = command.first.kind == AddressKind::line && command.first.number == 0;
        command.closed = false;
        command.range_end = UINT64_MAX;
    }
}

bool Executor::search(Pattern& pattern, std::string_view text, size_t from) {
    if (pattern.regex) last_regex_ = &*pattern.regex;
    if (!last_regex_) die(1, "no previous regular expression");
    return last_regex_->search(text, from, matches_);
}

bool Executor::matches(Address& address) {
    switch (address.kind) {
    case AddressKind::none:
        return true;
    case AddressKind::line:
        return line_number_ == address.number;
    case AddressKind::last:
        return lines_.is_last();
    case AddressKind::pattern:
        return search(address.pattern, pattern_space_, 0);
    case AddressKind::step:
        if (address.step == 0) return line_number_ == address.number;
        return line_number_ >= address.number && (line_number_ - address.number) % address.step == 0;
    default:
        return false;
    }
}

// Where a range that begins in this line ends, in lines; an expression or $ tells by itself.
uint64_t Executor::end_of_range(const Address& second) {
    switch (second.kind) {
    case AddressKind::line:
        return second.number;
    case AddressKind::plus:
        return line_number_ + second.number;
    case AddressKind::multiple:
        return second.number ? (line_number_ / second.number + 1) * second.number : line_number_;
    case AddressKind::last:
        return lines_.is_last() ? 0 : UINT64_MAX;
    default:
        return UINT64_MAX;
    }
}

// A range that begins at a line number also begins later, when no command saw that line (after d, N or n).
bool Executor::begins_range(Command& command) {
    if (command.first.kind != AddressKind::line) return matches(command.first);
    if (command.closed || line_number_ < command.first.number) return false;
    return command.second.kind != AddressKind::line || line_number_ == command.first.number ||
           line_number_ <= command.second.number;
}

// POSIX: the second address counts from the line after the first; a line number that has passed selects one
// line.
bool Executor::is_selected(Command& command) {
    if (command.second.kind == AddressKind::none) return matches(command.first) != command.negated;
    bool inside = command.active;
    if (!command.active) {
        inside = begins_range(command);
        if (inside) {
            command.range_end = end_of_range(command.second);
            command.active = line_number_ < command.range_end;
            command.closed = !command.active;
        }
    } else {
        bool by_number =
            command.second.kind != AddressKind::pattern && command.second.kind != AddressKind::last;
        if (by_number) inside = line_number_ <= command.range_end;
        if (by_number ? line_number_ >= command.range_end : matches(command.second)) {
            command.active = false;
            command.closed = true;
        }
    }
    return inside != command.negated;
}

} // namespace coreutils::sed
