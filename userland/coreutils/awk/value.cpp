#include "awk/value.h"

#include "framework/diagnostics.h"
#include "lib/order.h"

#include <algorithm>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

namespace coreutils::awk {
namespace {

// The end of a decimal number at the beginning of `text`, 0 when there is none. Hexadecimal, infinities and
// NaN are no numbers in input (POSIX leaves them open; scripts that read words do not expect them).
size_t number_length(std::string_view text) {
    size_t at = 0, digits = 0;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    auto skip_digits = [&] {
        for (; at < text.size() && isdigit(static_cast<unsigned char>(text[at])); ++at) ++digits;
    };
    skip_digits();
    if (at < text.size() && text[at] == '.') {
        ++at;
        skip_digits();
    }
    if (digits == 0) return 0;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
        if (exponent < text.size() && isdigit(static_cast<unsigned char>(text[exponent]))) {
            at = exponent;
            skip_digits();
        }
    }
    return at;
}

std::string_view skip_blanks(std::string_view text) {
    size_t begin = text.find_first_not_of(" \t\n\r\f\v");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

double convert(std::string_view number) {
    // Short integers, the usual case, without strtod.
    if (number.size() < 16 &&
        std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        int64_t value = 0;
        for (char digit : number) value = value * 10 + (digit - '0');
        return static_cast<double>(value);
    }
    return strtod(std::string(number).c_str(), nullptr);
}

} // namespace

double leading_number(std::string_view text) {
    text = skip_blanks(text);
    size_t length = number_length(text);
    return length == 0 ? 0 : convert(text.substr(0, length));
}

Value Value::input(std::string_view text) {
    Value value{std::string(text)};
    std::string_view rest = skip_blanks(text);
    size_t length = number_length(rest);
    if (length > 0 && skip_blanks(rest.substr(length)).empty()) {
        value.kind_ = Kind::numeric_string;
        value.number_ = convert(rest.substr(0, length));
    }
    return value;
}

double Value::number() const { return kind_ == Kind::string ? leading_number(*text_) : number_; }

std::string format_number(double number, const std::string& format) {
    char text[64];
    if (number == trunc(number) && fabs(number) < 1e16) {
        snprintf(text, sizeof(text), "%lld", static_cast<long long>(number));
        return text;
    }
    if (isnan(number)) return signbit(number) ? "-nan" : "nan";
    if (isinf(number)) return number < 0 ? "-inf" : "inf";
    if (number == trunc(number) && fabs(number) < 1e18) {
        snprintf(text, sizeof(text), "%.0f", number);
        return text;
    }
    int length = snprintf(text, sizeof(text), format.c_str(), number);
    if (length < static_cast<int>(sizeof(text))) return text;
    std::string longer(static_cast<size_t>(length) + 1, '\0');
    snprintf(longer.data(), longer.size(), format.c_str(), number);
    longer.pop_back();
    return longer;
}

std::string Value::text(const std::string& format) const {
    if (text_) return *text_;
    return kind_ == Kind::number ? format_number(number_, format) : std::string();
}

bool Value::is_true() const {
    switch (kind_) {
    case Kind::uninitialized:
        return false;
    case Kind::string:
        return !text_->empty();
    default:
        return number_ != 0;
    }
}

int compare(const Value& left, const Value& right, const std::string& format) {
    if (left.compares_as_number() && right.compares_as_number()) {
        double a = left.number(), b = right.number();
        return a < b ? -1 : a > b ? 1 : 0;
    }
    const std::string* a = left.text_if_string();
    const std::string* b = right.text_if_string();
    if (a && b) return a->compare(*b);
    return left.text(format).compare(right.text(format));
}

Value& Array::at(const std::string& key) {
    auto [entry, added] = elements_.try_emplace(key);
    if (added) entry->second.sequence = next_sequence_++;
    return entry->second.value;
}

std::vector<std::string> Array::keys() const {
    std::vector<std::pair<uint64_t, const std::string*>> order;
    order.reserve(elements_.size());
    for (auto& [key, element] : elements_) order.emplace_back(element.sequence, &key);
    sort_items(order);
    std::vector<std::string> keys;
    keys.reserve(order.size());
    for (auto& [sequence, key] : order) keys.push_back(*key);
    return keys;
}

Array& Cell::as_array() {
    if (!array) {
        if (value.kind() != Value::Kind::uninitialized) die(2, "a scalar is used as an array");
        if (origin)
            array = (origin->as_array(), origin->array);
        else
            array = std::make_shared<Array>();
    }
    return *array;
}

} // namespace coreutils::awk
