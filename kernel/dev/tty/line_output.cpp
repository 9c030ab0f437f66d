// LineDiscipline, the output side: output processing, echo, and the echo of erasing.
#include <string.h>

#include <algorithm>

#include "dev/terminal/character_width.h"
#include "dev/tty/line_discipline.h"

namespace martlet {
namespace {

constexpr u32 kTabWidth = 8;

constexpr bool is_control_byte(u8 byte) { return byte < 0x20 || byte == 0x7f; }
constexpr bool is_continuation(u8 byte) { return (byte & 0xc0) == 0x80; }
constexpr bool is_word_byte(u8 byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '_' || byte >= 0x80;
}
/// Bytes that follow a UTF-8 first byte.
constexpr u32 continuation_count(u8 first) { return first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0; }

} // namespace

LineDiscipline::OutputResult LineDiscipline::process_output(std::span<const u8> from, std::span<u8> to) {
    if (!output(kOpost)) {
        usize count = std::min(from.size(), to.size());
        memcpy(to.data(), from.data(), count);
        return {count, count};
    }
    usize consumed = 0, produced = 0;
    while (consumed < from.size() && produced + kMaxExpansion <= to.size())
        produced += process_byte(from[consumed++], &to[produced]);
    return {consumed, produced};
}

usize LineDiscipline::process_byte(u8 byte, u8* to) {
    switch (byte) {
    case '\n':
        if (output(kOnlret)) column_ = 0;
        if (output(kOnlcr)) {
            column_ = line_column_ = 0;
            to[0] = '\r';
            to[1] = '\n';
            return 2;
        }
        line_column_ = column_;
        break;
    case '\r':
        if (output(kOnocr) && column_ == 0) return 0;
        if (output(kOcrnl)) {
            byte = '\n';
            if (output(kOnlret)) column_ = line_column_ = 0;
            break;
        }
        column_ = line_column_ = 0;
        break;
    case '\t': {
        u32 width = kTabWidth - column_ % kTabWidth;
        column_ += width;
        if ((termios_.c_oflag & kTabdly) == kTab3) {
            memset(to, ' ', width);
            return width;
        }
        break;
    }
    case '\b':
        if (column_ > 0) --column_;
        break;
    default:
        if (output(kOlcuc) && byte >= 'a' && byte <= 'z') byte = static_cast<u8>(byte - 'a' + 'A');
        if (!is_control_byte(byte)) advance_column(byte);
    }
    to[0] = byte;
    return 1;
}

void LineDiscipline::advance_column(u8 byte) {
    if (byte < 0x80 || !input(kIutf8)) {
        ++column_;
    } else if (!is_continuation(byte)) {
        utf8_pending_ = continuation_count(byte);
        utf8_code_ = byte & (0x3fu >> utf8_pending_);
    } else if (utf8_pending_ > 0) {
        utf8_code_ = (utf8_code_ << 6) | (byte & 0x3f);
        if (--utf8_pending_ == 0) column_ += character_width(utf8_code_);
    }
}

void LineDiscipline::note_line_column() {
    if (write_position_ == line_position_) line_column_ = column_;
}

void LineDiscipline::echo_raw(u8 byte) {
    u8 processed[kMaxExpansion];
    OutputResult result = process_output({&byte, 1}, processed);
    host_.echo({processed, result.produced});
}

void LineDiscipline::echo_text(const char* text) {
    for (; *text; ++text) echo_raw(static_cast<u8>(*text));
}

void LineDiscipline::echo_character(u8 byte) {
    if (local(kEchoctl) && is_control_byte(byte) && byte != '\t') {
        echo_raw('^');
        byte ^= 0x40;
    }
    echo_raw(byte);
}

void LineDiscipline::finish_erase_echo() {
    if (!is_erasing_) return;
    is_erasing_ = false;
    echo_raw('/');
}

void LineDiscipline::reprint() {
    finish_erase_echo();
    echo_character(termios_.c_cc[kVreprint]);
    echo_raw('\n');
    line_column_ = column_;
    for (u64 position = line_position_; position != write_position_; ++position) echo_character(byte_at(position));
}

void LineDiscipline::erase(Erase what) {
    if (write_position_ == line_position_) return;
    if (what == Erase::Line && (!local(kEcho) || !local(kEchok) || !local(kEchoke) || !local(kEchoe))) {
        write_position_ = line_position_;
        if (!local(kEcho)) return;
        finish_erase_echo();
        echo_character(termios_.c_cc[kVkill]);
        if (local(kEchok)) echo_raw('\n');
        return;
    }
    bool seen_word = false;
    while (write_position_ != line_position_) {
        u64 start = write_position_ - 1;
        while (input(kIutf8) && start != line_position_ && is_continuation(byte_at(start))) --start;
        if (what == Erase::Word) {
            bool in_word = is_word_byte(byte_at(start));
            if (seen_word && !in_word) break;
            seen_word |= in_word;
        }
        u64 end = write_position_;
        write_position_ = start;
        if (local(kEcho)) {
            if (what == Erase::Character && !local(kEchoprt) && !local(kEchoe))
                echo_character(termios_.c_cc[kVerase]);
            else
                erase_echo(start, end);
        }
        if (what == Erase::Character) break;
    }
    if (write_position_ == line_position_) finish_erase_echo();
}

void LineDiscipline::erase_echo(u64 character_start, u64 character_end) {
    if (local(kEchoprt)) {
        if (!is_erasing_) echo_raw('\\');
        is_erasing_ = true;
        for (u64 position = character_start; position != character_end; ++position) echo_character(byte_at(position));
        return;
    }
    u8 first = byte_at(character_start);
    u32 width = 1;
    if (first == '\t') {
        width = kTabWidth - column_of_tab(character_start) % kTabWidth;
        for (; width > 0; --width) echo_raw('\b');
        return;
    }
    if (is_control_byte(first)) {
        width = local(kEchoctl) ? 2 : 0;
    } else if (first >= 0xc0 && input(kIutf8)) {
        u32 code = first & (0x3fu >> continuation_count(first));
        for (u64 position = character_start + 1; position != character_end; ++position)
            code = (code << 6) | (byte_at(position) & 0x3f);
        width = character_width(code);
    }
    for (u32 cell = 0; cell < width; ++cell) echo_text("\b \b");
}

u32 LineDiscipline::column_of_tab(u64 tab_position) const {
    u32 column = line_column_;
    for (u64 position = line_position_; position != tab_position; ++position) {
        u8 byte = byte_at(position);
        if (byte == '\t')
            column += kTabWidth - column % kTabWidth;
        else if (is_control_byte(byte))
            column += local(kEchoctl) ? 2 : 0;
        else if (!input(kIutf8) || !is_continuation(byte))
            column += 1;
    }
    return column;
}

} // namespace martlet
