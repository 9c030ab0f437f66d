#include "lib/man_format.h"

#include "lib/man_escapes.h"
#include "lib/utf8.h"

#include <optional>
#include <stdlib.h>
#include <string.h>

namespace coreutils {
namespace {

constexpr size_t kMargin = 7, kSubsectionMargin = 3, kTagIndent = 7;

enum class Font { roman, bold, italic };

struct Word {
    std::string text = {};
    size_t width = 0;
};

std::vector<std::string> split_arguments(std::string_view line) {
    std::vector<std::string> arguments;
    size_t at = 0;
    while (true) {
        while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
        if (at >= line.size() || line.substr(at).starts_with("\\\"")) return arguments;
        std::string argument;
        bool quoted = line[at] == '"';
        if (quoted) ++at;
        for (; at < line.size() && (quoted || (line[at] != ' ' && line[at] != '\t')); ++at) {
            if (quoted && line[at] == '"') {
                if (at + 1 >= line.size() || line[at + 1] != '"') break;
                ++at;
            } else if (line[at] == '\\' && at + 1 < line.size()) {
                argument += line[at++];
            }
            argument += line[at];
        }
        if (quoted) ++at;
        arguments.push_back(std::move(argument));
    }
}

class Formatter {
public:
    Formatter(size_t width, ManStyle style) : width_(width < 20 ? 20 : width), style_(style) {}
    std::string run(std::string_view source);

private:
    void line(std::string_view text);
    void request(std::string_view name, std::string_view rest);
    bool paragraph_request(std::string_view name, const std::vector<std::string>& arguments);
    bool font_request(std::string_view name, const std::vector<std::string>& arguments);
    bool layout_request(std::string_view name, const std::vector<std::string>& arguments);
    bool skips(std::string_view name, std::string_view rest);
    void text(std::string_view source);
    void preformatted(std::string_view source);
    void add_word(const Word& word);
    void finish_tag();
    void break_line();
    void blank_line();
    void paragraph();
    void heading(std::string_view text, size_t margin);
    void title(const std::vector<std::string>& arguments);
    void three_parts(std::string_view left, std::string_view middle, std::string_view right);
    std::vector<Word> words(std::string_view source, bool keep_spaces);
    void put_font(std::string& text, Font font) const;
    void set_font(std::string_view name);

    size_t left() const { return base_ + body_indent_; }
    size_t number(const std::string& text, size_t fallback) const;

    size_t width_;
    ManStyle style_;
    std::string out_;
    std::string line_; // the line being filled
    size_t line_width_ = 0;
    bool line_open_ = false, glued_ = false, wants_blank_ = false, after_heading_ = false;
    size_t base_ = kMargin, body_indent_ = 0, tag_indent_ = kTagIndent;
    std::vector<std::pair<size_t, size_t>> outer_; // base and tag indents outside each .RS
    Font font_ = Font::roman, previous_font_ = Font::roman;
    bool fill_ = true, joins_next_ = false;
    enum class Expect { text, tag, heading, subheading } expect_ = Expect::text;
    std::string_view skip_until_ = {};
    size_t skip_depth_ = 0;
    std::string footer_left_, footer_middle_, header_;
};

void Formatter::put_font(std::string& text, Font font) const {
    if (style_ == ManStyle::terminal)
        text += font == Font::bold ? "\033[1m" : font == Font::italic ? "\033[4m" : "\033[m";
}

void Formatter::set_font(std::string_view name) {
    Font wanted = font_;
    if (name == "B" || name == "3" || name == "CB" || name == "BI") wanted = Font::bold;
    else if (name == "I" || name == "2" || name == "CI") wanted = Font::italic;
    else if (name == "P" || name.empty()) wanted = previous_font_;
    else wanted = Font::roman;
    previous_font_ = font_;
    font_ = wanted;
}

std::vector<Word> Formatter::words(std::string_view source, bool keep_spaces) {
    std::vector<Word> result;
    Word word;
    Font shown = Font::roman;
    auto append = [&](std::string_view text) {
        if (text.empty()) return;
        if (shown != font_) {
            if (shown != Font::roman) put_font(word.text, Font::roman);
            if (font_ != Font::roman) put_font(word.text, font_);
            shown = font_;
        }
        word.text += text;
        word.width += display_width(text);
    };
    auto end_word = [&] {
        if (shown != Font::roman) put_font(word.text, shown = Font::roman);
        if (!word.text.empty()) result.push_back(std::move(word));
        word = {};
    };
    while (!source.empty()) {
        if (source[0] == '\\') {
            ManEscapeResult escape = read_man_escape(source);
            if (escape.kind == ManEscape::comment) break;
            if (escape.kind == ManEscape::font) set_font(escape.text);
            else if (escape.kind == ManEscape::no_break) joins_next_ = true;
            else append(escape.text);
            source.remove_prefix(escape.length);
        } else if (source[0] == ' ' || source[0] == '\t') {
            if (keep_spaces) append(source[0] == '\t' ? std::string_view("        ") : std::string_view(" "));
            else end_word();
            source.remove_prefix(1);
        } else {
            CodePoint point = decode_utf8(source);
            bool printable = point.value != kInvalidByte && column_width(point.value) >= 0;
            append(printable ? source.substr(0, point.length) : std::string_view("?"));
            source.remove_prefix(point.length);
        }
    }
    end_word();
    return result;
}

void Formatter::blank_line() {
    break_line();
    wants_blank_ = !after_heading_;
}

void Formatter::break_line() {
    if (!line_open_) return;
    if (wants_blank_ && !out_.empty()) out_ += '\n';
    wants_blank_ = false;
    while (line_.ends_with(' ')) line_.pop_back();
    out_ += line_;
    out_ += '\n';
    line_open_ = false;
}

void Formatter::add_word(const Word& word) {
    if (line_open_ && !glued_ && line_width_ + 1 + word.width > width_) break_line();
    after_heading_ = false;
    if (!line_open_) {
        line_.assign(left(), ' ');
        line_width_ = left();
        line_open_ = true;
    } else if (!glued_) {
        line_ += ' ';
        ++line_width_;
    }
    glued_ = false;
    line_ += word.text;
    line_width_ += word.width;
}

// The tag of a paragraph stands at the margin; the text goes on beside it where there is room.
void Formatter::finish_tag() {
    expect_ = Expect::text;
    body_indent_ = tag_indent_;
    if (!line_open_) return;
    if (line_width_ + 1 > left()) {
        break_line();
        return;
    }
    line_.append(left() - line_width_, ' ');
    line_width_ = left();
    glued_ = true;
}

void Formatter::heading(std::string_view source, size_t margin) {
    after_heading_ = false;
    blank_line();
    fill_ = true;
    outer_.clear();
    tag_indent_ = kTagIndent;
    base_ = margin;
    body_indent_ = 0;
    std::string bold = "\\fB" + std::string(source) + "\\fR";
    expect_ = Expect::text;
    for (const Word& word : words(bold, false)) add_word(word);
    font_ = previous_font_ = Font::roman;
    break_line();
    base_ = kMargin;
    after_heading_ = true;
}

void Formatter::text(std::string_view source) {
    if (expect_ == Expect::heading || expect_ == Expect::subheading)
        return heading(source, expect_ == Expect::heading ? 0 : kSubsectionMargin);
    if (!fill_ && expect_ == Expect::text) return preformatted(source);
    if (source.find_first_not_of(" \t") == std::string_view::npos) return blank_line();
    if (source[0] == ' ' && expect_ == Expect::text) break_line();
    for (const Word& word : words(source, false)) add_word(word);
    if (expect_ == Expect::tag) finish_tag();
    if (std::exchange(joins_next_, false)) glued_ = true;
}

void Formatter::preformatted(std::string_view source) {
    if (source.empty()) {
        if (line_open_) break_line();
        else wants_blank_ = true;
        return;
    }
    for (const Word& word : words(source, true)) add_word(word);
    if (std::exchange(joins_next_, false)) glued_ = true;
    else break_line();
}

void Formatter::three_parts(std::string_view left, std::string_view middle, std::string_view right) {
    size_t used = display_width(left) + display_width(middle) + display_width(right);
    size_t gap = width_ > used + 2 ? width_ - used : 2;
    std::string text(left);
    text.append(gap / 2, ' ').append(middle).append(gap - gap / 2, ' ').append(right);
    out_ += text + "\n";
}

void Formatter::title(const std::vector<std::string>& arguments) {
    if (arguments.empty()) return;
    auto at = [&](size_t index) { return index < arguments.size() ? arguments[index] : std::string(); };
    header_ = at(0) + (at(1).empty() ? "" : "(" + at(1) + ")");
    footer_middle_ = at(2);
    footer_left_ = at(3);
    three_parts(header_, at(4), header_);
    wants_blank_ = true;
}

size_t Formatter::number(const std::string& text, size_t fallback) const {
    char* end;
    double value = strtod(text.c_str(), &end);
    if (end == text.c_str() || !(value >= 0)) return fallback;
    if (*end == 'i') value *= 10;
    return value < static_cast<double>(width_) / 2 ? static_cast<size_t>(value + 0.5) : width_ / 2;
}

void Formatter::paragraph() {
    blank_line();
    body_indent_ = 0;
    tag_indent_ = kTagIndent;
    font_ = Font::roman;
    fill_ = true;
}

bool Formatter::paragraph_request(std::string_view name, const std::vector<std::string>& arguments) {
    if (name == "PP" || name == "P" || name == "LP" || name == "HP" || name == "Pp") {
        paragraph();
    } else if (name == "TP" || name == "TQ") {
        if (name == "TQ") break_line();
        else blank_line();
        if (!arguments.empty()) tag_indent_ = number(arguments[0], tag_indent_);
        body_indent_ = 0;
        expect_ = Expect::tag;
    } else if (name == "IP") {
        blank_line();
        if (arguments.size() > 1) tag_indent_ = number(arguments[1], tag_indent_);
        body_indent_ = 0;
        if (!arguments.empty())
            for (const Word& word : words(arguments[0], true)) add_word(word);
        finish_tag();
    } else if (name == "RS") {
        break_line();
        outer_.emplace_back(base_, tag_indent_);
        base_ += arguments.empty() ? (body_indent_ ? body_indent_ : tag_indent_)
                                   : number(arguments[0], kTagIndent);
        if (base_ > width_ / 2) base_ = width_ / 2;
        body_indent_ = 0;
        tag_indent_ = kTagIndent;
    } else if (name == "RE") {
        break_line();
        if (!outer_.empty()) {
            base_ = outer_.back().first;
            tag_indent_ = outer_.back().second;
            outer_.pop_back();
        }
        body_indent_ = 0;
    } else {
        return false;
    }
    return true;
}

// .B, .I, and those that alternate: .BR, .IR, ...
bool Formatter::font_request(std::string_view name, const std::vector<std::string>& arguments) {
    bool single = name == "B" || name == "I" || name == "SM" || name == "SB";
    bool pair = name.size() == 2 && strchr("BIR", name[0]) && strchr("BIR", name[1]);
    if (!single && !pair) return false;
    std::string joined;
    if (single && arguments.empty()) return true;
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (single && i > 0) joined += ' ';
        char font = single ? (name == "I" ? 'I' : name == "SM" ? 'R' : 'B') : name[i % 2];
        joined += std::string("\\f") + font + arguments[i];
    }
    text(joined + "\\fR");
    font_ = previous_font_ = Font::roman;
    return true;
}

bool Formatter::layout_request(std::string_view name, const std::vector<std::string>& arguments) {
    if (name == "TH") {
        title(arguments);
    } else if (name == "SH" || name == "SS") {
        break_line();
        expect_ = name == "SH" ? Expect::heading : Expect::subheading;
        std::string joined;
        for (const std::string& argument : arguments) joined += (joined.empty() ? "" : " ") + argument;
        if (!joined.empty()) text(joined);
    } else if (name == "br" || name == "ti" || name == "in" || name == "YS") {
        break_line();
    } else if (name == "SY") {
        blank_line();
        if (!arguments.empty()) text("\\fB" + arguments[0] + "\\fR");
    } else if (name == "OP") {
        std::string joined;
        for (const std::string& argument : arguments)
            joined += (joined.empty() ? "[\\fB" : " \\fI") + argument;
        text(joined + "\\fR]");
    } else if (name == "sp") {
        blank_line();
    } else if (name == "nf" || name == "EX" || name == "TS") {
        break_line();
        fill_ = false;
    } else if (name == "fi" || name == "EE" || name == "TE") {
        break_line();
        fill_ = true;
    } else if (name == "UE" || name == "ME" || name == "UR" || name == "MT") {
        if (!arguments.empty()) text("<" + arguments[0] + ">");
    } else {
        return false;
    }
    return true;
}

// Definitions and conditions, with the lines that belong to them.
bool Formatter::skips(std::string_view name, std::string_view rest) {
    if (name == "de" || name == "am" || name == "de1" || name == "ig" || name == "am1") {
        skip_until_ = "..";
        return true;
    }
    if (name != "if" && name != "ie" && name != "el") return false;
    for (size_t at = rest.find("\\{"); at != std::string_view::npos; at = rest.find("\\{", at + 2))
        ++skip_depth_;
    return true;
}

void Formatter::request(std::string_view name, std::string_view rest) {
    if (skips(name, rest)) return;
    std::vector<std::string> arguments = split_arguments(rest);
    if (paragraph_request(name, arguments) || font_request(name, arguments) ||
        layout_request(name, arguments))
        return;
    // A macro of another set: its words are text. Requests of roff itself, in small letters, are not.
    if (name.empty() || name[0] < 'A' || name[0] > 'Z') return;
    std::string joined;
    for (const std::string& argument : arguments) joined += (joined.empty() ? "" : " ") + argument;
    if (!joined.empty()) text(joined);
}

void Formatter::line(std::string_view source) {
    if (!skip_until_.empty()) {
        if (source.starts_with(skip_until_)) skip_until_ = {};
        return;
    }
    if (skip_depth_ > 0) {
        for (size_t at = 0; at + 1 < source.size(); ++at) {
            if (source[at] == '\\' && source[at + 1] == '{') ++skip_depth_;
            if (source[at] == '\\' && source[at + 1] == '}' && skip_depth_ > 0) --skip_depth_;
        }
        return;
    }
    if (source.empty() || (source[0] != '.' && source[0] != '\'')) return text(source);
    source.remove_prefix(1);
    while (source.starts_with(' ') || source.starts_with('\t')) source.remove_prefix(1);
    if (source.starts_with("\\\"") || source.starts_with('"')) return;
    size_t end = source.find_first_of(" \t\\");
    std::string_view name = source.substr(0, end);
    request(name, end == std::string_view::npos ? std::string_view() : source.substr(end));
}

std::string Formatter::run(std::string_view source) {
    while (!source.empty()) {
        size_t end = source.find('\n');
        line(source.substr(0, end));
        source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
    }
    break_line();
    if (!header_.empty()) {
        out_ += '\n';
        three_parts(footer_left_, footer_middle_, header_);
    }
    return std::move(out_);
}

} // namespace

std::string format_man_page(std::string_view source, size_t width, ManStyle style) {
    return Formatter(width, style).run(source);
}

ManSummary man_page_summary(std::string_view source) {
    ManSummary summary;
    std::string text;
    bool inside = false;
    while (!source.empty()) {
        size_t end = source.find('\n');
        std::string_view line = source.substr(0, end);
        source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
        if (line.starts_with(".SH") || line.starts_with(".Sh")) {
            if (inside) break;
            inside = line.find("NAME") != std::string_view::npos;
            continue;
        }
        if (!inside || line.starts_with(".\\\"")) continue;
        // .B and its like: the words; a line that ends goes on with a space.
        if (line.starts_with('.')) line.remove_prefix(std::min(line.find(' '), line.size()));
        while (line.starts_with(' ')) line.remove_prefix(1);
        if (!text.empty() && !text.ends_with(' ')) text += ' ';
        for (size_t at = 0; at < line.size();) {
            if (line[at] != '\\') {
                if (line[at] != '"') text += line[at];
                ++at;
                continue;
            }
            ManEscapeResult escape = read_man_escape(line.substr(at));
            if (escape.kind == ManEscape::text || escape.kind == ManEscape::space) text += escape.text;
            at += escape.length;
        }
    }
    size_t dash = text.find(" - ");
    summary.text = dash == std::string::npos ? "" : text.substr(dash + 3);
    std::string_view names = std::string_view(text).substr(0, dash);
    while (!names.empty()) {
        size_t comma = names.find(',');
        std::string_view name = names.substr(0, comma);
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        if (!name.empty()) summary.names.emplace_back(name);
        names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
    }
    return summary;
}

} // namespace coreutils
