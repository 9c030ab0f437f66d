// The emulator against libvterm, an independent one: the same bytes give the same screen, cell by cell.
//
// Where the two differ, xterm decides, and the streams keep away from it (what is left out has its own unit tests):
// - A pending wrap is forgotten by every movement, erasure and line feed (xterm's ResetWrap, Linux's need_wrap), by
//   libvterm only when the cursor moves: pieces begin with a backspace.
// - IL and DL leave the cursor at the line home (ECMA-48 8.3.67, 8.3.32): a carriage return follows.
// - CUU and CUD stop at the margins of the region, ICH and DCH work outside it: these streams have no regions.
// - Each screen has a saved cursor of its own (DECSC), with character sets and origin mode; libvterm has one without.
// - DECALN homes the cursor and resets the margins, DECSTR resets them (VT510): left out.
// - The half of a wide character that is left becomes blank; insert mode makes room for both halves: left out.
#include <vterm.h>

#include "terminal_fixture.h"

namespace martlet {
namespace {

constexpr u32 kColumns = 20, kRows = 8;

struct Look {
    u32 code_point = ' ';
    u32 foreground = 7, background = 0; // by number, or kDirect and 24 bits
    bool underline = false, italic = false, struck = false, wide = false;
    bool operator==(const Look&) const = default;
};
constexpr u32 kDirect = 1u << 24;

/// How a blank cell's text would look cannot be seen. Erased cells have only a background (xterm's "bce"), where libvterm
/// also keeps lines; no blank is written otherwise.
Look normal(Look look) { return look.code_point == ' ' ? Look{.background = look.background} : look; }

u32 color_number(u64 index) {
    if (index < kIndexedColors) return static_cast<u32>(index);
    Rgb color = color_table.rgb(static_cast<ColorIndex>(index));
    return kDirect | static_cast<u32>(color.red) << 16 | static_cast<u32>(color.green) << 8 | color.blue;
}

Look ours(const Terminal& terminal, u32 row, u32 column) {
    Cell cell = terminal.screen().row(row)[column];
    return normal({static_cast<u32>(cell.code_point), color_number(cell.foreground), color_number(cell.background), cell.is_underlined != 0,
                   cell.is_italic != 0, cell.is_struck != 0, cell.is_wide_lead != 0});
}

class Vterm {
public:
    Vterm() : terminal_(vterm_new(kRows, kColumns)), screen_(vterm_obtain_screen(terminal_)) {
        vterm_set_utf8(terminal_, 1);
        vterm_screen_enable_altscreen(screen_, 1);
        vterm_screen_reset(screen_, 1);
        VTermState* state = vterm_obtain_state(terminal_);
        vterm_state_set_bold_highbright(state, 0);
    }
    ~Vterm() { vterm_free(terminal_); }
    void write(std::string_view text) { vterm_input_write(terminal_, text.data(), text.size()); }
    std::string cursor() const {
        VTermPos place;
        vterm_state_get_cursorpos(vterm_obtain_state(terminal_), &place);
        return std::to_string(place.row) + "," + std::to_string(place.col);
    }
    Look look(u32 row, u32 column) const {
        VTermScreenCell cell;
        vterm_screen_get_cell(screen_, {static_cast<int>(row), static_cast<int>(column)}, &cell);
        Look look;
        look.code_point = cell.chars[0] == 0x2a7d ? 0x2264 : cell.chars[0] == 0x2a7e ? 0x2265 : cell.chars[0]; // xterm's line drawing
        u32 foreground = number(cell.fg, 7), background = number(cell.bg, 0);
        if (cell.chars[0] == 0) return normal({.background = background}); // erased: never reversed, in xterm
        if (cell.attrs.bold && foreground < 8) foreground |= 8;
        if (cell.attrs.reverse) std::swap(foreground, background);
        look.foreground = foreground;
        look.background = background;
        look.underline = cell.attrs.underline != 0;
        look.italic = cell.attrs.italic;
        look.struck = cell.attrs.strike;
        look.wide = cell.width == 2;
        return normal(look);
    }

private:
    static u32 number(VTermColor color, u32 usual) {
        if (VTERM_COLOR_IS_DEFAULT_FG(&color) || VTERM_COLOR_IS_DEFAULT_BG(&color)) return usual;
        if (VTERM_COLOR_IS_INDEXED(&color)) return color.indexed.idx;
        return kDirect | static_cast<u32>(color.rgb.red) << 16 | static_cast<u32>(color.rgb.green) << 8 | color.rgb.blue;
    }
    VTerm* terminal_;
    VTermScreen* screen_;
};

std::string printable(const std::string& text) {
    std::string shown;
    for (char each : text) {
        if (each >= ' ' && each != 0x7f) {
            shown += each;
        } else {
            char octal[8];
            snprintf(octal, sizeof octal, "\\%03o", static_cast<u8>(each));
            shown += octal;
        }
    }
    return shown;
}

/// Both terminals, fed with the same bytes.
class Pair {
public:
    Pair() { EXPECT_TRUE(terminal.init(kColumns, kRows).has_value()); }

    void write(std::string_view text) {
        history += text;
        terminal.write({reinterpret_cast<const u8*>(text.data()), text.size()});
        other.write(text);
    }
    /// Says where the screens differ; empty if nowhere.
    std::string difference() const {
        for (u32 row = 0; row < kRows; ++row) {
            for (u32 column = 0; column < kColumns; ++column) {
                if (terminal.screen().row(row)[column].is_wide_tail) continue;
                Look mine = ours(terminal, row, column), theirs = other.look(row, column);
                if (mine == theirs) continue;
                char text[200];
                snprintf(text, sizeof text, "cell %u,%u: U+%04x %x/%x %d%d%d%d, libvterm U+%04x %x/%x %d%d%d%d", row, column,
                         mine.code_point, mine.foreground, mine.background, mine.underline, mine.italic, mine.struck, mine.wide,
                         theirs.code_point, theirs.foreground, theirs.background, theirs.underline, theirs.italic, theirs.struck, theirs.wide);
                return text;
            }
        }
        std::string mine = std::to_string(terminal.cursor_row()) + "," + std::to_string(terminal.cursor_column());
        return mine == other.cursor() ? "" : "cursor " + mine + ", libvterm " + other.cursor();
    }
    Terminal terminal;
    Vterm other;
    std::string history;
};

class Stream {
public:
    explicit Stream(u32 seed) : state_(seed * 2654435761u + 1), has_regions_(seed % 2) {}
    u32 number(u32 limit) {
        state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
        return static_cast<u32>(state_ >> 33) % limit;
    }
    std::string piece();

private:
    std::string sequence();
    std::string rendition();
    u64 state_;
    bool has_regions_, is_alternate_ = false;
};

std::string Stream::rendition() {
    static constexpr const char* kParts[] = {"0", "1", "3", "4", "7", "9", "22", "23", "24", "27", "29", "31", "37", "39", "42", "47",
                                             "49", "91", "97", "103", "38;5;200", "48;5;17", "38;2;1;200;33", "48;2;90;80;70", ""};
    std::string text = "\033[";
    for (u32 count = 1 + number(3); count > 0; --count) text += kParts[number(std::size(kParts))] + std::string(count > 1 ? ";" : "");
    return text + "m";
}

std::string Stream::sequence() {
    static constexpr char kFinals[] = "CDGHIJKLMSTXZ`ad@PABEFe", kNoRegions = 7;
    std::string text = "\b\033[";
    char final = kFinals[number(sizeof(kFinals) - 1 - (has_regions_ ? kNoRegions : 0))];
    u32 count = final == 'J' || final == 'K' ? 1 : number(3);
    for (u32 index = 0; index < count; ++index)
        text += (index > 0 ? ";" : "") + std::to_string(final == 'J' || final == 'K' ? number(3) : number(5) == 0 ? number(100) : number(12));
    return text + final + (final == 'L' || final == 'M' ? "\r" : "");
}

std::string Stream::piece() {
    switch (number(12)) {
    case 0: case 1: case 2: {
        std::string text;
        for (u32 count = 1 + number(25); count > 0; --count) text += static_cast<char>('!' + number(94));
        return text;
    }
    case 3: return std::string(number(2) ? "\xc3\xa9\xce\xb1" : "\xe2\x94\x80");
    case 4:
        if (number(4) == 0) return "\b\033[4hab\033[4l";
        return "\b" + std::string(1 + number(2), "\n\r\b\t\v\f"[number(6)]);
    case 5: return rendition();
    case 6: return "\033[" + std::to_string(1 + number(kRows)) + ";" + std::to_string(1 + number(kColumns)) + (number(2) ? "H" : "f");
    case 7: {
        if (!has_regions_) return "\033[r";
        u32 top = 1 + number(kRows - 1);
        return "\033[" + std::to_string(top) + ";" + std::to_string(top + 1 + number(kRows - top)) + "r";
    }
    case 8: {
        if (number(5) == 0 && !is_alternate_) return number(2) ? "\0337" : "\0338";
        static constexpr const char* kEscapes[] = {"\033D", "\033E", "\033M", "\033H", "\033(0ajkx~y\033(B", "\033)0\016lqk\017", "\033[?6h\033[1;3Hx\033[?6l", "\033[3g", "\033[g",
                                                   "\033]0;title\007", "\033P1$r0m\033\\", "\033=", "\033>"};
        return kEscapes[number(std::size(kEscapes))];
    }
    case 9: {
        if (number(3) == 0) return (is_alternate_ = !is_alternate_) ? "\r\033[?1049h" : "\033[?1049l";
        static constexpr const char* kModes[] = {"?7", "?25", "20", "?1", "?2004", "?1000", "?1006"};
        return std::string("\b\033[") + kModes[number(std::size(kModes))] + (number(2) ? "h" : "l");
    }
    default: return sequence();
    }
}

} // namespace

TEST(TerminalVterm, ScriptsGiveTheSameScreen) {
    static constexpr std::string_view kScripts[] = {
        "0123456789012345678901234567890123456789", // wraps
        "01234567890123456789\r\nx\033[?7labcdefghijklmnopqrstuvwxyz\033[?7hz",
        "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n10\033M\033[H\033M\033Mtop",
        "\033[3;6r\033[6;1Ha\nb\nc\n\033[3;1H\033Md\033M\033[r\033[8;1Hlast\nmore",
        "\033[3g\033[5G\033H\033[11G\033H\r\ta\tb\tc\033[2Zd",
        "a\xe6\xbc\xa2\xe5\xad\x97z\r\n0123456789012345678\xe6\xbc\xa2!", // wide, also where it does not fit
        "e\xcc\x81x\xff\xc3(\xe2\x82|\xf0\x9f\x98\x80.", // combining, ill-formed, an emoji
        "\033[31;1;4mbold\033[22;24;7mreverse\033[0;38;5;123;48;2;1;2;3mcolours\033[K\033[m.",
        "\033[44m\033[2J\033[3;3H\033[10X\033[1K\033[J\033[41mx\033[3@y\033[2P",
        "main\033[?1049hother\033[2J\033[Hx\033[?1049lmain",
        "abcdef\033[4D\033[4hXY\033[4lZ\033[2;2H\033[3L\033[2M\rq",
        "\033(0lqqk\r\nx  x\r\nmqqj\033(B\033)0\016aa\017aa",
        "\033[2;4r\033[?6h\033[9;9Ha\033[1;1Hb\033[?6l\033[1;1Hc",
        "\033]0;a title\007\033P+q544e\033\\seen\033[>c\033[?2004h\033[12;;;99zend",
    };
    for (std::string_view script : kScripts) {
        Pair pair;
        pair.write(script);
        EXPECT_EQ(pair.difference(), "") << printable(pair.history);
    }
}

TEST(TerminalVterm, RandomStreamsGiveTheSameScreen) {
    u32 failures = 0;
    for (u32 seed = 1; seed <= 1500 && failures < 8; ++seed) {
        Pair pair;
        Stream stream(seed);
        pair.write("\0337"); // what libvterm restores without having saved is undefined
        for (u32 step = 0; step < 40; ++step) {
            std::string piece = stream.piece();
            pair.write(piece);
            std::string found = pair.difference();
            if (found.empty()) continue;
            ADD_FAILURE() << "seed " << seed << " after " << printable(piece) << ": " << found << "\n" << printable(pair.history);
            ++failures;
            break;
        }
    }
}

} // namespace martlet
