// A terminal whose screen is read back as text: one string per row, without trailing blanks, in UTF-8.
#pragma once
#include <string>
#include <string_view>

#include "dev/terminal/terminal.h"

namespace martlet {

inline void append_code_point(std::string& text, u32 code) {
    auto byte = [&](u32 value) { text += static_cast<char>(value); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
    } else {
        byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
    }
}

class TerminalTest : public testing::Test {
protected:
    TerminalTest() { EXPECT_TRUE(terminal.init(10, 5).has_value()); }

    void write(std::string_view text) {
        terminal.write({reinterpret_cast<const u8*>(text.data()), text.size()});
    }
    std::string row(u32 index) const { return text_of(terminal.screen().row(index)); }
    std::string history(u32 age) const { return text_of(terminal.screen().history_line(age)); }
    std::string text_of(const Cell* cells) const {
        std::string text;
        for (u32 column = 0; column < terminal.screen().columns(); ++column)
            if (!cells[column].is_wide_tail) append_code_point(text, cells[column].code_point);
        return text.substr(0, text.find_last_not_of(' ') + 1);
    }
    /// All rows, joined by '|', without empty ones at the end.
    std::string rows() const {
        std::string text;
        for (u32 index = 0; index < terminal.screen().rows(); ++index) text += row(index) + "|";
        while (text.ends_with("||")) text.pop_back();
        return text;
    }
    Cell cell(u32 row_index, u32 column) const { return terminal.screen().row(row_index)[column]; }
    std::string cursor() const {
        return std::to_string(terminal.cursor_row()) + "," + std::to_string(terminal.cursor_column());
    }
    std::string replies() {
        u8 bytes[Terminal::kRepliesMax];
        usize count = terminal.take_replies(bytes);
        return std::string(reinterpret_cast<char*>(bytes), count);
    }

    Terminal terminal;
};

} // namespace martlet
