#include "lib/key_symbols.h"

#include <ctype.h>
#include <stdlib.h>
#include <string>

namespace coreutils {
namespace {

constexpr unsigned kLatin = 0, kFunction = 1, kPad = 3, kDead = 4, kConsole = 5, kShift = 7, kMeta = 8,
                   kAscii = 9, kLetter = 11;

// ASCII from space on, then Latin-1 from the no-break space on; letters of ASCII are their own names.
constexpr const char* kAsciiNames[] = {
    "space",      "exclam",    "quotedbl",   "numbersign", "dollar", "percent", "ampersand",
    "apostrophe", "parenleft", "parenright", "asterisk",   "plus",   "comma",   "minus",
    "period",     "slash",     "zero",       "one",        "two",    "three",   "four",
    "five",       "six",       "seven",      "eight",      "nine",   "colon",   "semicolon",
    "less",       "equal",     "greater",    "question",   "at"};
constexpr const char* kBracketNames[] = {"bracketleft", "backslash",  "bracketright",
                                         "asciicircum", "underscore", "grave"};
constexpr const char* kBraceNames[] = {"braceleft", "bar", "braceright", "asciitilde"};
constexpr const char* kLatin1Names[] = {"nobreakspace",
                                        "exclamdown",
                                        "cent",
                                        "sterling",
                                        "currency",
                                        "yen",
                                        "brokenbar",
                                        "section",
                                        "diaeresis",
                                        "copyright",
                                        "ordfeminine",
                                        "guillemotleft",
                                        "notsign",
                                        "hyphen",
                                        "registered",
                                        "macron",
                                        "degree",
                                        "plusminus",
                                        "twosuperior",
                                        "threesuperior",
                                        "acute",
                                        "mu",
                                        "paragraph",
                                        "periodcentered",
                                        "cedilla",
                                        "onesuperior",
                                        "masculine",
                                        "guillemotright",
                                        "onequarter",
                                        "onehalf",
                                        "threequarters",
                                        "questiondown",
                                        "Agrave",
                                        "Aacute",
                                        "Acircumflex",
                                        "Atilde",
                                        "Adiaeresis",
                                        "Aring",
                                        "AE",
                                        "Ccedilla",
                                        "Egrave",
                                        "Eacute",
                                        "Ecircumflex",
                                        "Ediaeresis",
                                        "Igrave",
                                        "Iacute",
                                        "Icircumflex",
                                        "Idiaeresis",
                                        "ETH",
                                        "Ntilde",
                                        "Ograve",
                                        "Oacute",
                                        "Ocircumflex",
                                        "Otilde",
                                        "Odiaeresis",
                                        "multiply",
                                        "Oslash",
                                        "Ugrave",
                                        "Uacute",
                                        "Ucircumflex",
                                        "Udiaeresis",
                                        "Yacute",
                                        "THORN",
                                        "ssharp",
                                        "agrave",
                                        "aacute",
                                        "acircumflex",
                                        "atilde",
                                        "adiaeresis",
                                        "aring",
                                        "ae",
                                        "ccedilla",
                                        "egrave",
                                        "eacute",
                                        "ecircumflex",
                                        "ediaeresis",
                                        "igrave",
                                        "iacute",
                                        "icircumflex",
                                        "idiaeresis",
                                        "eth",
                                        "ntilde",
                                        "ograve",
                                        "oacute",
                                        "ocircumflex",
                                        "otilde",
                                        "odiaeresis",
                                        "division",
                                        "oslash",
                                        "ugrave",
                                        "uacute",
                                        "ucircumflex",
                                        "udiaeresis",
                                        "yacute",
                                        "thorn",
                                        "ydiaeresis"};
constexpr const char* kDeadNames[] = {"grave",        "acute",
                                      "circumflex",   "tilde",
                                      "diaeresis",    "cedilla",
                                      "macron",       "breve",
                                      "abovedot",     "abovering",
                                      "doubleacute",  "caron",
                                      "ogonek",       "iota",
                                      "voiced_sound", "semivoiced_sound",
                                      "belowdot",     "hook",
                                      "horn",         "stroke",
                                      "abovecomma",   "abovereversedcomma",
                                      "doublegrave",  "invertedbreve",
                                      "belowcomma",   "currency",
                                      "greek"};
constexpr const char* kModifierNames[] = {"Shift",  "AltGr", "Control", "Alt",      "ShiftL",
                                          "ShiftR", "CtrlL", "CtrlR",   "CapsShift"};

struct Named {
    const char* name;
    unsigned short symbol;
};
constexpr Named kOthers[] = {{"VoidSymbol", 0x200},
                             {"Return", 0x201},
                             {"Show_Registers", 0x202},
                             {"Show_Memory", 0x203},
                             {"Show_State", 0x204},
                             {"Break", 0x205},
                             {"Last_Console", 0x206},
                             {"Caps_Lock", 0x207},
                             {"Num_Lock", 0x208},
                             {"Scroll_Lock", 0x209},
                             {"Scroll_Forward", 0x20a},
                             {"Scroll_Backward", 0x20b},
                             {"Boot", 0x20c},
                             {"Caps_On", 0x20d},
                             {"Compose", 0x20e},
                             {"SAK", 0x20f},
                             {"Decr_Console", 0x210},
                             {"Incr_Console", 0x211},
                             {"KeyboardSignal", 0x212},
                             {"Spawn_Console", 0x212},
                             {"Bare_Num_Lock", 0x213},
                             {"KP_Add", 0x30a},
                             {"KP_Subtract", 0x30b},
                             {"KP_Multiply", 0x30c},
                             {"KP_Divide", 0x30d},
                             {"KP_Enter", 0x30e},
                             {"KP_Comma", 0x30f},
                             {"KP_Period", 0x310},
                             {"KP_MinPlus", 0x311},
                             {"Down", 0x600},
                             {"Left", 0x601},
                             {"Right", 0x602},
                             {"Up", 0x603},
                             {"Find", 0x114},
                             {"Home", 0x114},
                             {"Insert", 0x115},
                             {"Remove", 0x116},
                             {"Select", 0x117},
                             {"End", 0x117},
                             {"Prior", 0x118},
                             {"PageUp", 0x118},
                             {"Next", 0x119},
                             {"PageDown", 0x119},
                             {"Macro", 0x11a},
                             {"Help", 0x11b},
                             {"Do", 0x11c},
                             {"Pause", 0x11d},
                             {"Escape", 27},
                             {"Delete", 127},
                             {"BackSpace", 8},
                             {"Tab", 9},
                             {"Linefeed", 10},
                             {"nul", 0},
                             {"pound", 0xa3 ^ 0xf000},
                             {"euro", 0x20ac ^ 0xf000},
                             {"tilde", '~'},
                             {"Shift_Lock", 0xa00},
                             {"AltGr_Lock", 0xa01},
                             {"Control_Lock", 0xa02},
                             {"Alt_Lock", 0xa03},
                             {"SShift", 0xc00},
                             {"SAltGr", 0xc01},
                             {"SControl", 0xc02},
                             {"SAlt", 0xc03},
                             {"CtrlL_Lock", 0xa06}};

constexpr unsigned short make(unsigned type, unsigned value) {
    return static_cast<unsigned short>(type << 8 | value);
}

template <size_t kCount> int index_in(const char* const (&names)[kCount], std::string_view name) {
    for (size_t index = 0; index < kCount; ++index)
        if (name == names[index]) return static_cast<int>(index);
    return -1;
}

std::optional<unsigned> parse_number(std::string_view text, int base) {
    if (text.empty() || text.size() > 8) return std::nullopt;
    char* end;
    std::string copy(text);
    unsigned long value = strtoul(copy.c_str(), &end, base);
    if (*end || copy[0] == '-' || copy[0] == '+') return std::nullopt;
    return static_cast<unsigned>(value);
}

std::optional<unsigned short> numbered(std::string_view name) {
    struct Family {
        std::string_view prefix;
        int base;
        unsigned first, count;
    };
    static constexpr Family kFamilies[] = {{"KP_", 10, make(kPad, 0), 10},
                                           {"Ascii_", 10, make(kAscii, 0), 10},
                                           {"Hex_", 16, make(kAscii, 10), 16},
                                           {"Console_", 10, make(kConsole, 0) - 1u, 64}};
    for (const Family& family : kFamilies) {
        if (!name.starts_with(family.prefix)) continue;
        auto number = parse_number(name.substr(family.prefix.size()), family.base);
        if (number && *number < family.count) return static_cast<unsigned short>(family.first + *number);
    }
    if (name.starts_with('F')) {
        auto number = parse_number(name.substr(1), 10);
        if (number && *number >= 1 && *number <= 246)
            return make(kFunction, *number <= 20 ? *number - 1 : *number + 9);
    }
    return std::nullopt;
}

std::optional<unsigned> latin1_by_name(std::string_view name) {
    if (name.size() == 1 && isalpha(static_cast<unsigned char>(name[0]))) return name[0];
    if (int index = index_in(kAsciiNames, name); index >= 0) return ' ' + index;
    if (int index = index_in(kBracketNames, name); index >= 0) return '[' + index;
    if (int index = index_in(kBraceNames, name); index >= 0) return '{' + index;
    if (int index = index_in(kLatin1Names, name); index >= 0) return 0xa0 + index;
    return std::nullopt;
}

std::optional<unsigned short> control_by_name(std::string_view name) {
    if (name.size() == 1 && isalpha(static_cast<unsigned char>(name[0]))) return name[0] & 0x1f;
    auto character = latin1_by_name(name);
    if (character && *character >= '@' && *character <= '_')
        return static_cast<unsigned short>(*character & 0x1f);
    return std::nullopt;
}

} // namespace

std::optional<unsigned short> key_symbol_by_name(std::string_view name) {
    bool is_letter = name.starts_with('+');
    if (is_letter) name.remove_prefix(1);
    if (name.starts_with("U+") || name.starts_with("u+")) {
        auto code = parse_number(name.substr(2), 16);
        if (!code || *code >= 0xf000) return std::nullopt;
        return symbol_of_character(*code, is_letter);
    }
    if (name.starts_with("0x")) {
        auto number = parse_number(name.substr(2), 16);
        return number && *number <= 0xffff ? std::optional(static_cast<unsigned short>(*number))
                                           : std::nullopt;
    }
    if (!name.empty() && isdigit(static_cast<unsigned char>(name[0]))) {
        auto number = parse_number(name, name[0] == '0' ? 8 : 10);
        return number && *number <= 0xffff ? std::optional(static_cast<unsigned short>(*number))
                                           : std::nullopt;
    }
    if (auto character = latin1_by_name(name)) {
        bool is_plain_letter = *character < 0x80 && isalpha(static_cast<int>(*character));
        return symbol_of_character(*character, is_letter || is_plain_letter);
    }
    for (const Named& each : kOthers)
        if (name == each.name) return each.symbol;
    if (name.starts_with("Meta_")) {
        auto inner = key_symbol_by_name(name.substr(5));
        auto character = inner ? character_of_symbol(*inner) : std::nullopt;
        return character && *character < 0x100 ? std::optional(make(kMeta, *character)) : std::nullopt;
    }
    if (name.starts_with("Control_")) return control_by_name(name.substr(8));
    if (name.starts_with("dead_")) {
        int index = index_in(kDeadNames, name.substr(5));
        return index >= 0 ? std::optional(make(kDead, static_cast<unsigned>(index))) : std::nullopt;
    }
    if (int index = index_in(kModifierNames, name); index >= 0)
        return make(kShift, static_cast<unsigned>(index));
    return numbered(name);
}

std::optional<unsigned> character_of_symbol(unsigned short symbol) {
    unsigned type = symbol >> 8;
    if (type == kLatin || type == kLetter) return symbol & 0xff;
    return symbol >= 0x1000 ? std::optional<unsigned>(symbol ^ 0xf000) : std::nullopt;
}

unsigned short symbol_of_character(unsigned code, bool is_letter) {
    if (is_letter && code < 0x100) return make(kLetter, code);
    return static_cast<unsigned short>(code < 0x80 ? code : code ^ 0xf000);
}

} // namespace coreutils
