// std::to_string and the stoi family ([string.conversions]). Without exceptions an argument that is no number
// ends the program, as every other contract violation does.
#include <charconv>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string>

extern "C" [[noreturn]] void __martlet_assertion_failed(const char *message) noexcept;

namespace std {
inline namespace __1 {
namespace {

template <typename T> string integer(T value) {
    char text[24];
    return string(text, to_chars(text, text + sizeof text, value).ptr);
}

string floating(long double value) {
    char text[5200];
    return string(text, static_cast<size_t>(snprintf(text, sizeof text, "%Lf", value)));
}

template <typename T, typename Convert> T number(const string &text, size_t *index, Convert convert) {
    char *end = nullptr;
    int saved = errno;
    errno = 0;
    auto value = convert(text.c_str(), &end);
    if (end == text.c_str())
        __martlet_assertion_failed("std::stoi: no conversion");
    if (errno == ERANGE || static_cast<T>(value) != value)
        __martlet_assertion_failed("std::stoi: out of range");
    errno = saved;
    if (index)
        *index = static_cast<size_t>(end - text.c_str());
    return static_cast<T>(value);
}

} // namespace

string to_string(int value) { return integer(value); }
string to_string(unsigned value) { return integer(value); }
string to_string(long value) { return integer(value); }
string to_string(unsigned long value) { return integer(value); }
string to_string(long long value) { return integer(value); }
string to_string(unsigned long long value) { return integer(value); }
string to_string(float value) { return floating(value); }
string to_string(double value) { return floating(value); }
string to_string(long double value) { return floating(value); }

int stoi(const string &text, size_t *index, int base) {
    return number<int>(text, index, [=](const char *s, char **end) { return strtol(s, end, base); });
}
long stol(const string &text, size_t *index, int base) {
    return number<long>(text, index, [=](const char *s, char **end) { return strtol(s, end, base); });
}
unsigned long stoul(const string &text, size_t *index, int base) {
    return number<unsigned long>(text, index, [=](const char *s, char **end) { return strtoul(s, end, base); });
}
long long stoll(const string &text, size_t *index, int base) {
    return number<long long>(text, index, [=](const char *s, char **end) { return strtoll(s, end, base); });
}
unsigned long long stoull(const string &text, size_t *index, int base) {
    return number<unsigned long long>(text, index,
                                      [=](const char *s, char **end) { return strtoull(s, end, base); });
}
float stof(const string &text, size_t *index) { return number<float>(text, index, strtof); }
double stod(const string &text, size_t *index) { return number<double>(text, index, strtod); }
long double stold(const string &text, size_t *index) { return number<long double>(text, index, strtold); }

} // namespace __1
} // namespace std
