#include "awk/fields.h"

#include "awk/regex_text.h"
#include "framework/diagnostics.h"
#include "lib/utf8.h"

namespace coreutils::awk {

void Splitter::set(const std::string& text) {
    regex.reset();
    if (text == " ") {
        mode = Mode::blanks;
    } else if (text.empty()) {
        mode = Mode::characters;
    } else if (text.size() == 1 && text != "\\") {
        mode = Mode::byte; // also a metacharacter: one that stands alone divides as itself
        byte = text[0];
    } else {
        mode = Mode::regex;
        regex = compile_regex(text == "\\" ? "\\\\" : text, "FS");
    }
}

void Splitter::split(std::string_view text, bool paragraph, std::vector<std::string_view>& pieces) const {
    pieces.clear();
    if (text.empty()) return;
    switch (mode) {
    case Mode::blanks: {
        const char* at = text.data();
        const char* end = at + text.size();
        auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
        for (;;) {
            while (at < end && is_blank(*at)) ++at;
            if (at == end) return;
            const char* start = at;
            while (at < end && !is_blank(*at)) ++at;
            pieces.emplace_back(start, static_cast<size_t>(at - start));
        }
    }
    case Mode::characters:
        while (!text.empty()) {
            size_t length = decode_utf8(text).length;
            pieces.push_back(text.substr(0, length));
            text.remove_prefix(length);
        }
        return;
    case Mode::byte: {
        const char divisors[] = {byte, '\n'};
        for (;;) {
            size_t at = paragraph ? text.find_first_of(std::string_view(divisors, 2)) : text.find(byte);
            pieces.push_back(text.substr(0, at));
            if (at == std::string_view::npos) return;
            text.remove_prefix(at + 1);
        }
    }
    case Mode::regex: {
        std::vector<regmatch_t> matches;
        size_t start = 0, from = 0;
        for (;;) {
            size_t begin = std::string_view::npos, end = 0;
            if (from < text.size() && regex->search(text, from, matches)) {
                begin = static_cast<size_t>(matches[0].rm_so);
                end = static_cast<size_t>(matches[0].rm_eo);
            }
            size_t newline = paragraph ? text.find('\n', start) : std::string_view::npos;
            if (newline < begin) begin = newline, end = newline + 1;
            if (begin == std::string_view::npos) break;
            if (begin == end) { // an empty match divides nothing
                from = end + 1;
                continue;
            }
            pieces.push_back(text.substr(start, begin - start));
            start = from = end;
        }
        pieces.push_back(text.substr(start));
    }
    }
}

void Fields::set_record(std::string_view record) {
    text_.assign(record);
    record_ = Value();
    is_joined_ = true;
    is_split_ = have_values_ = false;
}

void Fields::split() {
    splitter.split(text_, paragraph, pieces_);
    is_split_ = true;
}

void Fields::join(const std::string& ofs, const std::string& convfmt) {
    text_.clear();
    for (size_t index = 0; index < fields_.size(); ++index) {
        if (index > 0) text_.append(ofs);
        if (const std::string* piece = fields_[index].text_if_string())
            text_.append(*piece);
        else
            text_.append(fields_[index].text(convfmt));
    }
    record_ = Value();
    is_joined_ = true;
}

Value Fields::get(size_t number, const std::string& ofs, const std::string& convfmt) {
    if (number == 0) {
        if (!is_joined_) join(ofs, convfmt);
        if (record_.kind() == Value::Kind::uninitialized) record_ = Value::input(text_);
        return record_;
    }
    if (!is_split_) split();
    if (have_values_) return number <= fields_.size() ? fields_[number - 1] : Value();
    return number <= pieces_.size() ? Value::input(pieces_[number - 1]) : Value();
}

size_t Fields::count() {
    if (!is_split_) split();
    return have_values_ ? fields_.size() : pieces_.size();
}

void Fields::set_count(size_t count) {
    if (count > kMost) die(2, "NF is too large");
    if (!is_split_) split();
    if (!have_values_) {
        fields_.clear();
        for (std::string_view piece : pieces_) fields_.push_back(Value::input(piece));
        have_values_ = true;
    }
    fields_.resize(count);
    is_joined_ = false;
}

void Fields::set(size_t number, Value value) {
    if (number > kMost) die(2, "field $%zu is too large", number);
    size_t existing = count();
    set_count(number > existing ? number : existing);
    fields_[number - 1] = std::move(value);
}

} // namespace coreutils::awk
