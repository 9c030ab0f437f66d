#include "grep/matcher.h"

#include "lib/utf8.h"

#include <string.h>

namespace coreutils::grep {
namespace {

bool is_ascii(std::string_view text) {
    for (char byte : text)
        if (static_cast<unsigned char>(byte) >= 128) return false;
    return true;
}

bool is_word_byte(unsigned char byte) {
    return byte == '_' || (byte >= '0' && byte <= '9') ||
           (fold_ascii(byte) >= 'a' && fold_ascii(byte) <= 'z') || byte >= 128;
}

// The text that a pattern without operators means; false when it has some.
bool plain_text(std::string_view pattern, PatternKind kind, std::string& text) {
    text.clear();
    if (kind == PatternKind::fixed) {
        text = pattern;
        return true;
    }
    const char* operators = kind == PatternKind::extended ? "[.*^$+?{|()" : "[.*^$";
    for (size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            if (++i == pattern.size() || !strchr(".[*^$\\/]", pattern[i])) return false;
        } else if (strchr(operators, pattern[i])) {
            return false;
        }
        text.push_back(pattern[i]);
    }
    return true;
}

} // namespace

bool Matcher::compile(const std::vector<std::string>& patterns, const MatchSettings& settings,
                      std::string& problem) {
    settings_ = settings;
    CaseRule rule = settings.ignore_case ? CaseRule::ignore_ascii : CaseRule::exact;
    std::vector<std::string> literals;
    std::vector<std::string> rest;
    for (const std::string& pattern : patterns) {
        std::string text;
        bool plain = plain_text(pattern, settings.kind, text);
        // Case beyond ASCII is for the regular expressions.
        bool literal = plain && (!settings.ignore_case || is_ascii(text));
        if (literal) {
            literals.push_back(text);
        } else if (settings.kind == PatternKind::fixed) {
            std::string escaped;
            for (char byte : pattern) {
                if (strchr(".[*^$\\", byte) && byte) escaped.push_back('\\');
                escaped.push_back(byte);
            }
            rest.push_back(escaped);
        } else {
            rest.push_back(pattern);
        }
    }
    if (literals.size() == 1)
        single_ = std::make_unique<StringSearch>(literals[0], rule);
    else if (!literals.empty())
        many_ = std::make_unique<MultiSearch>(std::move(literals), rule);
    Syntax syntax = settings.kind == PatternKind::extended ? Syntax::extended : Syntax::basic;
    for (const std::string& pattern : rest) {
        auto regex = Regex::compile(syntax == Syntax::extended ? with_literal_braces(pattern) : pattern,
                                    syntax, settings.ignore_case ? REG_ICASE : 0, problem);
        if (!regex) return false;
        std::string needed = required_literal(pattern, syntax);
        if (settings.ignore_case && !is_ascii(needed)) needed.clear();
        expressions_.push_back({std::move(*regex), StringSearch(needed, rule)});
    }
    return true;
}

bool Matcher::accepts(std::string_view line, Span span) const {
    if (settings_.whole_line) return span.begin == 0 && span.end == line.size();
    if (!settings_.whole_word) return true;
    bool before = span.begin > 0 && is_word_byte(static_cast<unsigned char>(line[span.begin - 1]));
    bool after = span.end < line.size() && is_word_byte(static_cast<unsigned char>(line[span.end]));
    return !before && !after;
}

Span Matcher::find_literal(std::string_view line, size_t from) const {
    while (from <= line.size()) {
        MultiSearch::Match match;
        if (single_) {
            match.offset = single_->find(line, from);
            match.length = single_->size();
        } else {
            match = many_->find(line, from);
        }
        if (match.offset == std::string_view::npos) return {};
        Span span{match.offset, match.offset + match.length};
        if (accepts(line, span)) return span;
        if (settings_.whole_line && span.begin > 0) return {};
        // Of several strings a shorter one may fit at the same place.
        if (many_)
            for (size_t end = span.end; end-- > span.begin;) {
                auto shorter = many_->find(line.substr(0, end), span.begin);
                if (shorter.offset != span.begin) break;
                Span other{span.begin, span.begin + shorter.length};
                if (accepts(line, other)) return other;
                end = other.end;
                if (shorter.length == 0) break;
            }
        from = span.begin + 1;
    }
    return {};
}

Span Matcher::find_expression(const Expression& expression, std::string_view line, size_t from) const {
    if (expression.filter.size() > 0 && expression.filter.find(line, from) == std::string_view::npos)
        return {};
    while (from <= line.size() && expression.regex.search(line, from, scratch_)) {
        Span span{static_cast<size_t>(scratch_[0].rm_so), static_cast<size_t>(scratch_[0].rm_eo)};
        if (accepts(line, span)) return span;
        if (settings_.whole_line) return {};
        for (size_t end = span.end; settings_.whole_word && end > span.begin;) {
            // A shorter match at the same place may be a word.
            --end;
            if (!expression.regex.search(line.substr(0, end), span.begin, scratch_)) break;
            Span shorter{static_cast<size_t>(scratch_[0].rm_so), static_cast<size_t>(scratch_[0].rm_eo)};
            if (shorter.begin != span.begin) break;
            if (accepts(line, shorter)) return shorter;
            end = shorter.end;
        }
        from = span.begin + (span.begin < line.size() ? decode_utf8(line.substr(span.begin)).length : 1);
    }
    return {};
}

Span Matcher::find(std::string_view line, size_t from) const {
    Span best;
    auto consider = [&](Span span) {
        if (!span.found()) return;
        if (!best.found() || span.begin < best.begin || (span.begin == best.begin && span.end > best.end))
            best = span;
    };
    if (single_ || many_) consider(find_literal(line, from));
    for (const Expression& expression : expressions_) {
        if (best.found() && best.begin == from && best.end == line.size()) break;
        consider(find_expression(expression, line, from));
    }
    return best;
}

Span Matcher::find_line(std::string_view lines, size_t from) const {
    auto line_around = [&](size_t at) {
        size_t begin = from;
        if (at > from) {
            const void* before = memrchr(lines.data() + from, settings_.delimiter, at - from);
            if (before) begin = static_cast<size_t>(static_cast<const char*>(before) - lines.data()) + 1;
        }
        const void* behind = memchr(lines.data() + at, settings_.delimiter, lines.size() - at);
        size_t end =
            behind ? static_cast<size_t>(static_cast<const char*>(behind) - lines.data()) : lines.size();
        return Span{begin, end};
    };
    bool only_single = single_ && expressions_.empty();
    bool only_expression =
        !single_ && !many_ && expressions_.size() == 1 && expressions_[0].filter.size() > 0;
    while (from < lines.size()) {
        Span line;
        if (only_single || only_expression) {
            // Jump to the next line that has the string at all.
            const StringSearch& search = only_single ? *single_ : expressions_[0].filter;
            size_t at = search.find(lines, from);
            if (at == std::string_view::npos || at >= lines.size()) return {};
            line = line_around(at);
        } else {
            line = line_around(from);
        }
        if (find(lines.substr(line.begin, line.end - line.begin)).found()) return line;
        from = line.end + 1;
    }
    return {};
}

} // namespace coreutils::grep
