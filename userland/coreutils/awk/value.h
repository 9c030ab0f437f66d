// Values of awk: numbers, strings, and input that is both when it looks like a number (POSIX.1-2017 awk,
// "Expressions").
#pragma once

#include <memory>
#include <stdint.h>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coreutils::awk {

class Value {
public:
    enum class Kind : unsigned char {
        uninitialized, // "" and 0
        number,
        string,
        numeric_string, // input that looks like a number: compares as one
    };

    Value() = default;
    Value(double number) : kind_(Kind::number), number_(number) {}
    Value(std::string text)
        : kind_(Kind::string), text_(std::make_shared<const std::string>(std::move(text))) {}
    // A field, a line of getline, an element of ARGV or ENVIRON, a -v assignment.
    static Value input(std::string_view text);

    Kind kind() const { return kind_; }
    double number() const;
    // The text; a number that is no integer is formatted by `format` (CONVFMT, or OFMT in print).
    std::string text(const std::string& format) const;
    // The text without a copy, of what is a string already.
    const std::string* text_if_string() const { return text_ ? text_.get() : nullptr; }
    bool is_true() const;
    bool compares_as_number() const { return kind_ != Kind::string; }

private:
    Kind kind_ = Kind::uninitialized;
    double number_ = 0; // of a number or numeric string
    std::shared_ptr<const std::string> text_;
};

// strtod(3)'s decimal part at the beginning of `text`, 0 when there is none.
double leading_number(std::string_view text);
std::string format_number(double number, const std::string& format);
// Negative, zero or positive.
int compare(const Value& left, const Value& right, const std::string& format);

// An array keeps the order in which elements came: `for (k in a)` goes through them so.
struct Element {
    Value value;
    uint64_t sequence;
};
class Array {
public:
    Value& at(const std::string& key);
    bool contains(const std::string& key) const { return elements_.contains(key); }
    void erase(const std::string& key) { elements_.erase(key); }
    void clear() { elements_.clear(); }
    size_t size() const { return elements_.size(); }
    std::vector<std::string> keys() const;

private:
    std::unordered_map<std::string, Element> elements_;
    uint64_t next_sequence_ = 0;
};

// A variable. Which of the two it is shows with its first use; a parameter that was passed an unused variable
// makes that one an array with itself.
struct Cell {
    Value value;
    std::shared_ptr<Array> array;
    Cell* origin = nullptr;

    Array& as_array();
};

} // namespace coreutils::awk
