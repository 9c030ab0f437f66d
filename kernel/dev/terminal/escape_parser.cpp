// The state machine of ECMA-48 sequences.
#include "dev/terminal/escape_parser.h"

namespace martlet {
namespace {

constexpr u32 kEscape = 0x1b, kCancel = 0x18, kSubstitute = 0x1a, kBell = 0x07, kDelete = 0x7f;
constexpr u32 kC1Dcs = 0x90, kC1Sos = 0x98, kC1Csi = 0x9b, kC1StringTerminator = 0x9c, kC1Osc = 0x9d, kC1Pm = 0x9e,
              kC1Apc = 0x9f;

} // namespace

void EscapeParser::feed(u32 code_point) {
    if (code_point == kCancel || code_point == kSubstitute) {
        state_ = State::Ground;
        return;
    }
    if (state_ >= State::Osc) return feed_string(code_point);
    if (code_point == kEscape) {
        state_ = State::Escape;
        intermediate_ = 0;
        return;
    }
    if (code_point < 0x20) return handler_.control(static_cast<u8>(code_point)); // also inside sequences
    if (code_point == kDelete) return;
    if (code_point >= 0x80 && code_point <= 0x9f) return feed_c1(code_point);
    if (state_ == State::Ground) return handler_.print(code_point);
    if (code_point >= 0x80) { // no part of any sequence
        state_ = State::Ground;
        return handler_.print(code_point);
    }
    u8 byte = static_cast<u8>(code_point);
    if (state_ == State::Escape || state_ == State::EscapeIntermediate) return feed_escape(byte);
    feed_sequence(byte);
}

void EscapeParser::feed_c1(u32 code_point) {
    state_ = State::Ground;
    switch (code_point) {
    case kC1Csi: return begin_sequence();
    case kC1Osc: return begin_osc();
    case kC1Dcs: case kC1Sos: case kC1Pm: case kC1Apc: state_ = State::String; return;
    case kC1StringTerminator: return;
    default: return handler_.escape(0, static_cast<char>(code_point - 0x40));
    }
}

void EscapeParser::feed_escape(u8 byte) {
    if (byte < 0x30) {
        intermediate_ = static_cast<char>(byte);
        state_ = State::EscapeIntermediate;
        return;
    }
    if (state_ == State::Escape) {
        switch (byte) {
        case '[': return begin_sequence();
        case ']': return begin_osc();
        case 'P': case 'X': case '^': case '_': state_ = State::String; return;
        default: break;
        }
    }
    state_ = State::Ground;
    handler_.escape(intermediate_, static_cast<char>(byte));
}

void EscapeParser::begin_sequence() {
    sequence_ = ControlSequence{};
    state_ = State::Parameters;
}

void EscapeParser::feed_sequence(u8 byte) {
    if (byte >= 0x40) {
        bool complete = state_ != State::Ignore;
        state_ = State::Ground;
        if (!complete) return;
        if (sequence_.count == 0) {
            sequence_.values[0] = 0;
            sequence_.count = 1;
        }
        sequence_.final = static_cast<char>(byte);
        return handler_.sequence(sequence_);
    }
    if (state_ == State::Ignore) return;
    if (byte < 0x30) {
        sequence_.intermediate = static_cast<char>(byte);
        state_ = State::Intermediate;
        return;
    }
    if (state_ == State::Intermediate) { // a parameter after an intermediate: malformed
        state_ = State::Ignore;
        return;
    }
    if (byte >= '<') {
        if (sequence_.count != 0 || sequence_.prefix != 0)
            state_ = State::Ignore;
        else
            sequence_.prefix = static_cast<char>(byte);
        return;
    }
    if (sequence_.count == 0) {
        sequence_.values[0] = 0;
        sequence_.count = 1;
    }
    if (sequence_.is_full) return; // as in xterm, the parameters that have no place are left out
    if (byte == ';' || byte == ':') {
        sequence_.is_full = sequence_.count == ControlSequence::kMaxParameters;
        if (sequence_.is_full) return;
        if (byte == ':') sequence_.continued |= 1u << sequence_.count;
        sequence_.values[sequence_.count++] = 0;
        return;
    }
    u16& value = sequence_.values[sequence_.count - 1];
    u32 next = value * 10u + (byte - '0');
    value = next > ControlSequence::kMaxValue ? ControlSequence::kMaxValue : static_cast<u16>(next);
}

void EscapeParser::feed_string(u32 code_point) {
    if (state_ == State::StringEscape) {
        state_ = State::Ground;
        if (code_point == '\\') return;
        state_ = State::Escape; // ESC ends the string and begins something new
        intermediate_ = 0;
        return feed(code_point);
    }
    if (code_point == kEscape) {
        state_ = State::StringEscape;
        return;
    }
    if (code_point == kC1StringTerminator || (code_point == kBell && state_ == State::Osc)) {
        state_ = State::Ground;
        return;
    }
    // Linux's palette sequences have no terminator: ESC ] R, and ESC ] P with seven hexadecimal digits.
    if (state_ == State::Osc && string_length_++ == 0) {
        if (code_point == 'R') state_ = State::Ground;
        if (code_point == 'P') state_ = State::LinuxPalette;
        return;
    }
    if (state_ == State::LinuxPalette && ++string_length_ == 8) state_ = State::Ground;
}

} // namespace martlet
