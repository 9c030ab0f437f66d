// Text: its encoding, its lines, and by its first words the language.
#include "framework/diagnostics.h"
#include "lib/path.h"
#include "lib/utf8.h"
#include "system/file_type.h"

#include <algorithm>
#include <string.h>

namespace coreutils::file {
namespace {

using namespace std::string_view_literals;

constexpr size_t kExaminedBytes = 64 * 1024, kLongLine = 300, kShownBytes = 256;

// The characters below a space that text may have.
bool is_text_control(char32_t value) { return (value >= 7 && value <= 13) || value == 27; }
bool is_ascii_text(char32_t value) { return (value >= ' ' && value < 127) || is_text_control(value); }

struct Lines {
    size_t lf = 0, crlf = 0, cr = 0, nel = 0, longest = 0, index = 0, line_start = 0;
    bool escapes = false, backspaces = false, after_cr = false;

    void add(char32_t value) {
        if (value == '\n')
            ++(after_cr ? crlf : lf);
        else if (after_cr)
            ++cr;
        if (value == 0x85) ++nel;
        after_cr = value == '\r';
        if (value == '\n' || value == '\r' || value == 0x85)
            line_start = index + 1;
        else if (index + 1 - line_start > kLongLine)
            longest = std::max(longest, index + 1 - line_start);
        escapes |= value == 27;
        backspaces |= value == '\b';
        ++index;
    }

    std::string describe() {
        if (after_cr) ++cr;
        std::string text;
        if (longest) text += ", with very long lines (" + std::to_string(longest) + ")";
        if (lf + crlf + cr + nel == 0) text += ", with no line terminators";
        if (crlf + cr + nel != 0) {
            std::string ends;
            auto name = [&](size_t count, const char* what) {
                if (count) ends += std::string(ends.empty() ? " " : ", ") + what;
            };
            name(crlf, "CRLF");
            name(cr, "CR");
            name(lf, "LF");
            name(nel, "NEL");
            text += ", with" + ends + " line terminators";
        }
        if (escapes) text += ", with escape sequences";
        if (backspaces) text += ", with overstriking";
        return text;
    }
};

// UTF-8 with at least one character beyond ASCII; `cut` tells that a character may be incomplete at the end.
bool add_utf8(std::string_view text, bool cut, Lines& lines) {
    bool beyond_ascii = false;
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        if (point.value == kInvalidByte) {
            if (cut && text.size() < 4) break;
            return false;
        }
        if (point.value < 0x80 && !is_ascii_text(point.value)) return false;
        beyond_ascii |= point.value >= 0x80;
        lines.add(point.value);
        text.remove_prefix(point.length);
    }
    return beyond_ascii;
}

bool add_utf16(std::string_view text, bool big_endian, Lines& lines) {
    for (size_t at = 2; at + 1 < text.size(); at += 2) {
        auto first = static_cast<unsigned char>(text[at]), second = static_cast<unsigned char>(text[at + 1]);
        char32_t value = big_endian ? first << 8u | second : second << 8u | first;
        if (value == 0xfffe || (value < 0x80 && !is_ascii_text(value))) return false;
        lines.add(value);
    }
    return true;
}

enum class ByteText { ascii, iso_8859, extended, none };
ByteText add_bytes(std::string_view text, Lines& lines) {
    ByteText result = ByteText::ascii;
    for (char byte : text) {
        auto value = static_cast<unsigned char>(byte);
        if (value >= 0xa0 || value == 0x85)
            result = result == ByteText::ascii && value != 0x85 ? ByteText::iso_8859 : result;
        else if (value >= 0x80)
            result = ByteText::extended;
        else if (!is_ascii_text(value))
            return ByteText::none;
        lines.add(value);
    }
    return result;
}

// ---- JSON (RFC 8259) ----

class JsonChecker {
public:
    explicit JsonChecker(std::string_view text) : text_(text) {}
    // One value, an object or an array; then the next may follow.
    bool document() {
        skip_space();
        return (peek() == '{' || peek() == '[') && value(0);
    }
    bool at_end() {
        skip_space();
        return at_ == text_.size();
    }

private:
    static constexpr int kDeepest = 500;

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char byte) { return peek() == byte && ++at_; }
    void skip_space() {
        while (at_ < text_.size() && strchr(" \t\r\n", text_[at_]) && text_[at_]) ++at_;
    }
    bool word(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }
    bool digits() {
        size_t start = at_;
        while (peek() >= '0' && peek() <= '9') ++at_;
        return at_ > start;
    }
    bool number() {
        take('-');
        if (!digits() || (take('.') && !digits())) return false;
        if (!take('e') && !take('E')) return true;
        if (!take('+')) take('-');
        return digits();
    }
    bool string() {
        if (!take('"')) return false;
        while (at_ < text_.size()) {
            char byte = text_[at_++];
            if (byte == '"') return true;
            if (static_cast<unsigned char>(byte) < ' ') return false;
            if (byte == '\\' && (at_ == text_.size() || !strchr("\"\\/bfnrtu", text_[at_++]))) return false;
        }
        return false;
    }
    bool members(char close, int depth) {
        ++at_;
        skip_space();
        if (take(close)) return true;
        for (;;) {
            skip_space();
            if (close == '}') {
                if (!string()) return false;
                skip_space();
                if (!take(':')) return false;
            }
            if (!value(depth + 1)) return false;
            if (take(close)) return true;
            if (!take(',')) return false;
        }
    }
    bool value(int depth) {
        skip_space();
        if (depth > kDeepest) return false;
        char first = peek();
        bool good = first == '{'   ? members('}', depth)
                    : first == '[' ? members(']', depth)
                    : first == '"' ? string()
                    : first == 't' ? word("true")
                    : first == 'f' ? word("false")
                    : first == 'n' ? word("null")
                                   : number();
        skip_space();
        return good;
    }

    std::string_view text_;
    size_t at_ = 0;
};

std::optional<Type> identify_json(std::string_view bytes) {
    JsonChecker checker(bytes);
    if (!checker.document()) return {};
    if (checker.at_end()) return Type{"JSON text data", "application/json"};
    if (bytes[0] != '{') return {}; // lines are objects
    while (!checker.at_end())
        if (!checker.document()) return {};
    return Type{"New Line Delimited JSON text data", "application/x-ndjson"};
}

// ---- languages ----

// What is said of the text itself behind its language.
enum class Suffix { kind, kind_executable, none };

struct Language {
    const char* name; // of the interpreter, or what the text or one of its lines begins with
    const char* description;
    const char* mime;
    Suffix suffix = Suffix::kind;
};

constexpr Language kInterpreters[] = {
    {"sh", "POSIX shell script", "text/x-shellscript"},
    {"bash", "Bourne-Again shell script", "text/x-shellscript"},
    {"zsh", "Paul Falstad's zsh script", "text/x-shellscript"},
    {"fish", "fish shell script", "text/x-shellscript"},
    {"awk", "awk script", "text/x-awk"},
    {"gawk", "GNU awk script", "text/x-gawk"},
    {"mawk", "mawk script", "text/x-awk"},
    {"ruby", "Ruby script", "text/x-ruby"},
    {"node", "Node.js script", "application/javascript"},
    {"lua", "Lua script", "text/x-lua"},
    {"tclsh", "Tcl script", "text/x-tcl"},
    {"php", "PHP script", "text/x-php"},
};
constexpr Language kBeginnings[] = {
    {"<?xml version=", "XML 1.0 document", "text/xml"},
    {"<!DOCTYPE html", "HTML document", "text/html"},
    {"<html", "HTML document", "text/html"},
    {"<svg", "SVG Scalable Vector Graphics image", "image/svg+xml", Suffix::none},
    {"<?php", "PHP script", "text/x-php"},
    {"BEGIN:VCALENDAR", "vCalendar calendar file", "text/calendar", Suffix::none},
    {"BEGIN:VCARD", "vCard visiting card", "text/vcard", Suffix::none},
    {"begin 644 ", "uuencoded or xxencoded text", "text/plain"},
    {"\\documentclass", "LaTeX 2e document", "text/x-tex"},
    {".TH ", "troff or preprocessor input", "text/troff"},
    {".Dd ", "troff or preprocessor input", "text/troff"},
    {".\\\"", "troff or preprocessor input", "text/troff"},
};
// Of the first lines that begin so, the first of this table decides.
constexpr Language kLines[] = {
    {"template <", "C++ source", "text/x-c++"},
    {"template<", "C++ source", "text/x-c++"},
    {"namespace ", "C++ source", "text/x-c++"},
    {"using namespace ", "C++ source", "text/x-c++"},
    {"class ", "C++ source", "text/x-c++"},
    {"#include <", "C source", "text/x-c"},
    {"#include \"", "C source", "text/x-c"},
    {"int main(", "C source", "text/x-c"},
    {"def ", "Python script", "text/x-script.python", Suffix::kind_executable},
    {"import ", "Python script", "text/x-script.python", Suffix::kind_executable},
};

bool begins_with(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && strncasecmp(text.data(), start.data(), start.size()) == 0;
}

struct Answer {
    std::string description;
    const char* mime;
    Suffix suffix = Suffix::kind;
};

// `#!` and an interpreter; env's argument counts as that.
Answer identify_script(std::string_view line) {
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t", 2), line.size()));
    std::string_view rest = line;
    auto next_word = [&] {
        size_t end = std::min(rest.find_first_of(" \t"), rest.size());
        std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t", end), rest.size()));
        return base_name(word);
    };
    auto interpreter = next_word();
    while (interpreter == "env" || interpreter.starts_with('-')) {
        if (rest.empty()) break;
        line = rest;
        interpreter = next_word();
    }
    for (const Language& each : kInterpreters)
        if (interpreter == each.name) return {each.description, each.mime, Suffix::kind_executable};
    if (interpreter.starts_with("python"))
        return {"Python script", "text/x-script.python", Suffix::kind_executable};
    if (interpreter.starts_with("perl")) return {"Perl script text executable", "text/x-perl", Suffix::none};
    return {"a " + printable(line.substr(0, kShownBytes)) + " script", "text/plain", Suffix::kind_executable};
}

bool is_csv(std::string_view text) {
    size_t fields = 0, expected = 0, lines = 0;
    bool quoted = false;
    for (char byte : text) {
        if (byte == '"') quoted = !quoted;
        if (quoted) continue;
        fields += byte == ',';
        if (byte != '\n') continue;
        if (fields == 0 || (expected != 0 && fields != expected)) return false;
        expected = fields;
        fields = 0;
        if (++lines == 10) return expected > 1;
    }
    return lines > 2;
}

std::optional<Answer> identify_language(std::string_view text) {
    std::string_view start = text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    bool is_drawing = start.starts_with("<?xml") && start.substr(0, 4096).contains("<svg");
    if (is_drawing) start.remove_prefix(start.find("<svg"));
    for (const Language& each : kBeginnings)
        if (begins_with(each.name[0] == '<' ? start : text, each.name))
            return Answer{each.description, each.mime, each.suffix};
    constexpr size_t kMostLines = 200;
    const Language* found = std::end(kLines);
    bool removed = false, added = false;
    std::string_view rest = text;
    for (size_t count = 0; count < kMostLines && !rest.empty(); ++count) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (removed && added && line.starts_with("@@ ")) return Answer{"unified diff output", "text/x-diff"};
        removed |= line.starts_with("--- ");
        added |= removed && line.starts_with("+++ ");
        found = std::find_if(std::begin(kLines), found,
                             [&](const Language& each) { return line.starts_with(each.name); });
    }
    if (text.starts_with("diff ")) return Answer{"diff output", "text/x-diff"};
    if (found != std::end(kLines)) return Answer{found->description, found->mime, found->suffix};
    return {};
}

} // namespace

TextKind examine_text(std::string_view bytes) {
    std::string_view text = bytes.substr(0, kExaminedBytes);
    bool cut = text.size() < bytes.size(), padded = false;
    auto kind = [&](const char* name, const char* charset, Lines& lines) {
        return TextKind{true, name, padded ? "binary" : charset, lines.describe()};
    };
    if (Lines lines; text.starts_with("\xff\xfe"sv) && add_utf16(text, false, lines))
        return kind("Unicode text, UTF-16, little-endian text", "utf-16le", lines);
    if (Lines lines; text.starts_with("\xfe\xff"sv) && add_utf16(text, true, lines))
        return kind("Unicode text, UTF-16, big-endian text", "utf-16be", lines);
    // NULs that follow the text count for MIME only.
    while (text.size() > 1 && text.back() == '\0') text.remove_suffix(1), padded = true;
    if (Lines lines; text.starts_with("\xef\xbb\xbf"sv) && add_utf8(text, cut, lines))
        return kind("Unicode text, UTF-8 (with BOM) text", "utf-8", lines);
    if (Lines lines; add_utf8(text, cut, lines)) return kind("Unicode text, UTF-8 text", "utf-8", lines);
    Lines lines;
    switch (add_bytes(text, lines)) {
    case ByteText::ascii: return kind("ASCII text", "us-ascii", lines);
    case ByteText::iso_8859: return kind("ISO-8859 text", "iso-8859-1", lines);
    case ByteText::extended: return kind("Non-ISO extended-ASCII text", "unknown-8bit", lines);
    case ByteText::none: break;
    }
    return {};
}

std::optional<Type> identify_text(std::string_view bytes, const TextKind& kind) {
    if (!kind.is_text) return {};
    std::optional<Answer> answer;
    if (auto json = identify_json(bytes)) return json;
    if (bytes.starts_with("#!"))
        answer = identify_script(bytes.substr(0, bytes.find('\n')));
    else
        answer = identify_language(bytes.substr(0, kExaminedBytes));
    if (!answer && is_csv(bytes)) return Type{"CSV text", "text/csv"};
    if (!answer) return Type{kind.name + kind.lines, "text/plain"};
    if (answer->suffix == Suffix::none) return Type{answer->description, answer->mime};
    const char* executable = answer->suffix == Suffix::kind_executable ? " executable" : "";
    return Type{answer->description + ", " + kind.name + executable + kind.lines, answer->mime};
}

} // namespace coreutils::file
