#include "lib/keymap_file.h"

#include "lib/key_symbols.h"
#include "lib/utf8.h"

#include <algorithm>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <optional>
#include <string.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr const char* kFolder = "/usr/share/keymaps/";
constexpr size_t kMaximumSize = 1 << 20, kMaximumErrors = 10, kMaximumAccents = 255;
constexpr int kMaximumDepth = 8; // of includes
constexpr unsigned kTables = 256, kKeys = 256;
constexpr unsigned kShift = 1, kControl = 4, kAlt = 8;

bool read_file(const std::string& path, std::string& text) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    char buffer[4096];
    ssize_t size;
    while ((size = read(fd, buffer, sizeof buffer)) > 0 && text.size() < kMaximumSize)
        text.append(buffer, static_cast<size_t>(size));
    close(fd);
    return size >= 0;
}

class Reader {
public:
    Reader(KeymapDefinition& keymap, std::vector<std::string>& errors, int depth)
        : keymap_(keymap), errors_(errors), depth_(depth) {}
    void read(const std::string& path);

private:
    void complain(const std::string& reason) {
        if (errors_.size() < kMaximumErrors)
            errors_.push_back(path_ + ":" + std::to_string(line_) + ": " + reason);
    }
    void line();
    std::string_view word();
    std::string quoted(char quote);
    void keymaps_line();
    void keycode_line(std::optional<unsigned> table);
    void fill(unsigned key, unsigned short symbol);
    void define(unsigned table, unsigned key, unsigned short symbol) { keymap_.keys[{table, key}] = symbol; }
    void string_line();
    void compose_line();
    std::optional<unsigned> character();
    void include_line();
    std::optional<unsigned> number(std::string_view text, unsigned limit);
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

    KeymapDefinition& keymap_;
    std::vector<std::string>& errors_;
    int depth_;
    std::string path_;
    int line_ = 0;
    std::string_view rest_;
    std::vector<unsigned> tables_ = {0, 1, 2, 3, 4, 5, 6, 8, 9, 12};
    bool alt_is_meta_ = false;
};

void Reader::read(const std::string& path) {
    path_ = path;
    std::string text;
    if (!read_file(path, text)) {
        errors_.push_back(path + ": " + strerror(errno));
        return;
    }
    std::string_view left = text;
    std::string joined; // of lines that end in a backslash
    while (!left.empty()) {
        size_t end = left.find('\n');
        std::string_view one = left.substr(0, end);
        left = end == left.npos ? std::string_view() : left.substr(end + 1);
        ++line_;
        if (one.ends_with('\\')) {
            joined += one.substr(0, one.size() - 1);
            continue;
        }
        joined += one;
        rest_ = joined;
        line();
        joined.clear();
    }
}

std::string_view Reader::word() {
    skip_blanks();
    size_t end = rest_.find_first_of(" \t=");
    if (end == 0) end = 1; // the equals sign is a word
    std::string_view found = rest_.substr(0, end);
    if (found.starts_with('#')) found = rest_ = {};
    rest_.remove_prefix(found.size());
    return found;
}

void Reader::line() {
    static constexpr std::pair<std::string_view, unsigned> kModifiers[] = {
        {"plain", 0},   {"shift", 1},   {"altgr", 2},  {"control", 4}, {"alt", 8},
        {"shiftl", 16}, {"shiftr", 32}, {"ctrll", 64}, {"ctrlr", 128}};
    std::optional<unsigned> table;
    while (true) {
        std::string_view first = word();
        if (first.empty() || first.starts_with('!')) return;
        bool is_modifier = false;
        for (auto [name, bit] : kModifiers) {
            std::string lower(first);
            for (char& each : lower) each = static_cast<char>(tolower(each));
            if (lower != name) continue;
            table = table.value_or(0) | bit;
            is_modifier = true;
        }
        if (is_modifier) continue;
        if (first == "keycode") return keycode_line(table);
        if (first == "keymaps") return keymaps_line();
        if (first == "include") return include_line();
        if (first == "string") return string_line();
        if (first == "compose") return compose_line();
        if (first == "alt_is_meta") alt_is_meta_ = true;
        else if (first != "strings" && first != "charset") complain("unknown keyword " + std::string(first));
        return;
    }
}

std::optional<unsigned> Reader::number(std::string_view text, unsigned limit) {
    unsigned value = 0;
    if (text.empty() || text.size() > 3) return std::nullopt;
    for (char digit : text) {
        if (!isdigit(static_cast<unsigned char>(digit))) return std::nullopt;
        value = value * 10 + static_cast<unsigned>(digit - '0');
    }
    return value < limit ? std::optional(value) : std::nullopt;
}

void Reader::keymaps_line() {
    tables_.clear();
    std::string_view list;
    while (!(list = word()).empty()) {
        while (!list.empty()) {
            std::string_view range = list.substr(0, list.find(','));
            list.remove_prefix(std::min(range.size() + 1, list.size()));
            size_t dash = range.find('-');
            auto first = number(range.substr(0, dash), kTables);
            auto last = dash == range.npos ? first : number(range.substr(dash + 1), kTables);
            if (!first || !last || *last < *first) return complain("not a list of keymaps");
            for (unsigned table = *first; table <= *last; ++table) tables_.push_back(table);
        }
    }
}

void Reader::keycode_line(std::optional<unsigned> table) {
    auto key = number(word(), kKeys);
    if (!key || *key == 0) return complain("not a key code");
    if (word() != "=") return complain("expected =");
    std::vector<unsigned short> symbols;
    std::string_view name;
    while (!(name = word()).empty()) {
        auto symbol = key_symbol_by_name(name);
        if (!symbol) complain("unknown symbol " + std::string(name));
        symbols.push_back(symbol.value_or(kVoidSymbol));
    }
    if (table) {
        if (symbols.size() != 1) return complain("one symbol with modifiers");
        return define(*table, *key, symbols[0]);
    }
    if (symbols.size() > tables_.size()) return complain("more symbols than keymaps");
    if (symbols.size() == 1) return fill(*key, symbols[0]);
    for (size_t index = 0; index < tables_.size(); ++index) {
        bool wants_meta =
            alt_is_meta_ && tables_[index] >= kAlt && tables_[index] < 2 * kAlt && index >= symbols.size();
        unsigned short symbol = index < symbols.size() ? symbols[index] : kVoidSymbol;
        if (wants_meta) {
            auto base = keymap_.keys.find({tables_[index] - kAlt, *key});
            auto code = base == keymap_.keys.end() ? std::nullopt : character_of_symbol(base->second);
            if (code && *code < 0x80) symbol = static_cast<unsigned short>(0x800 | *code);
        }
        define(tables_[index], *key, symbol);
    }
}

// One symbol stands for all: a letter for what each modifier makes of it, anything else for itself.
void Reader::fill(unsigned key, unsigned short symbol) {
    auto code = character_of_symbol(symbol);
    bool is_letter = code && *code < 0x80 && isalpha(static_cast<int>(*code));
    for (unsigned table : tables_) {
        unsigned short wanted = symbol;
        unsigned character = code.value_or(0);
        if (is_letter) {
            if (table & kShift) character ^= 0x20;
            if (table & kControl) character &= 0x1f;
            wanted = symbol_of_character(character, !(table & kControl));
        }
        if (code && *code < 0x80 && (table & kAlt) && (is_letter || alt_is_meta_))
            wanted = static_cast<unsigned short>(0x800 | character);
        define(table, key, wanted);
    }
}

// The text up to the closing quote; \n, \\, \" and octal numbers are understood.
std::string Reader::quoted(char quote) {
    std::string text;
    skip_blanks();
    if (!rest_.starts_with(quote)) return text;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_[0] != quote) {
        char each = rest_[0];
        rest_.remove_prefix(1);
        if (each == '\\' && !rest_.empty()) {
            each = rest_[0];
            rest_.remove_prefix(1);
            if (each == 'n') each = '\n';
            if (each >= '0' && each <= '7') {
                unsigned value = static_cast<unsigned>(each - '0');
                for (int digits = 1; digits < 3 && !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '7';
                     ++digits) {
                    value = value * 8 + static_cast<unsigned>(rest_[0] - '0');
                    rest_.remove_prefix(1);
                }
                each = static_cast<char>(value);
            }
        }
        text += each;
    }
    rest_.remove_prefix(std::min<size_t>(1, rest_.size()));
    return text;
}

void Reader::string_line() {
    auto symbol = key_symbol_by_name(word());
    if (!symbol || *symbol >> 8 != 1) return complain("not a function key");
    if (word() != "=") return complain("expected =");
    keymap_.strings[*symbol & 0xffu] = quoted('"');
}

// 'x', '\'', U+00e9, or a symbol's name.
std::optional<unsigned> Reader::character() {
    skip_blanks();
    if (!rest_.starts_with('\'')) {
        auto symbol = key_symbol_by_name(word());
        return symbol ? character_of_symbol(*symbol) : std::nullopt;
    }
    std::string text = quoted('\'');
    if (text.size() == 1) return static_cast<unsigned char>(text[0]); // Latin-1 files have bytes
    if (text.empty()) return std::nullopt;
    CodePoint decoded = decode_utf8(text);
    if (decoded.length != text.size() || decoded.value == kInvalidByte) return std::nullopt;
    return static_cast<unsigned>(decoded.value);
}

void Reader::compose_line() {
    skip_blanks();
    if (rest_.starts_with("as usual")) return;
    auto mark = character(), base = character();
    if (word() != "to") return complain("expected 'to'");
    auto result = character();
    if (!mark || !base || !result) return complain("not a character");
    if (keymap_.accents.size() >= kMaximumAccents) return complain("too many compositions");
    keymap_.accents.push_back({*mark, *base, *result});
}

void Reader::include_line() {
    std::string name = quoted('"');
    if (name.empty()) return complain("no file to include");
    if (depth_ >= kMaximumDepth) return complain("includes are nested too deeply");
    std::string folder = path_.substr(0, path_.rfind('/') + 1);
    for (const std::string& base :
         {folder, folder + "../include/", std::string(kFolder), std::string(kFolder) + "include/"}) {
        for (const char* suffix : {"", ".inc", ".kmap", ".map"}) {
            std::string path = base + name + suffix;
            if (access(path.c_str(), R_OK) != 0) continue;
            return Reader(keymap_, errors_, depth_ + 1).read(path);
        }
    }
    complain("cannot find " + name);
}

} // namespace

void read_keymap(const std::string& path, KeymapDefinition& keymap, std::vector<std::string>& errors) {
    Reader(keymap, errors, 0).read(path);
}

std::string find_keymap(const std::string& name) {
    if (name.find('/') != name.npos) return name;
    std::string path = kFolder + name;
    return path.ends_with(".kmap") || access((path + ".kmap").c_str(), R_OK) != 0 ? path : path + ".kmap";
}

} // namespace coreutils
