// The functions that gawk has beyond POSIX and that programs use: gensub, the time functions, and those on
// bits.
#include "awk/interpreter.h"
#include "awk/replace_matches.h"
#include "framework/diagnostics.h"
#include "lib/format_time.h"
#include "lib/regex.h"
#include "lib/utf8.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

namespace coreutils::awk {
namespace {

// Integers as doubles hold them exactly.
constexpr double kLargest = 9007199254740992.0;

uint64_t bits_of(double value) {
    if (!(value >= 0) || value > kLargest) die(2, "a function on bits got %g", value);
    return static_cast<uint64_t>(value);
}

// \\0 and & are the whole match, \\1 to \\9 its groups.
void append_groups(std::string& result, std::string_view replacement, const std::string& text,
                   const std::vector<regmatch_t>& matches) {
    for (size_t at = 0; at < replacement.size(); ++at) {
        char byte = replacement[at];
        char next = at + 1 < replacement.size() ? replacement[at + 1] : '\0';
        if (byte == '&') {
            append_group(result, text, matches, 0);
        } else if (byte == '\\' && isdigit(static_cast<unsigned char>(next))) {
            append_group(result, text, matches, static_cast<size_t>(next - '0'));
            ++at;
        } else {
            if (byte == '\\' && (next == '&' || next == '\\')) byte = replacement[++at];
            result.push_back(byte);
        }
    }
}

// "YYYY MM DD HH MM SS [DST]"; -1 for anything else.
double make_time(const std::string& text, bool utc) {
    int year, month, day, hour, minute, second, summer = -1;
    if (sscanf(text.c_str(), "%d %d %d %d %d %d %d", &year, &month, &day, &hour, &minute, &second, &summer) <
        6)
        return -1;
    tm broken = {};
    broken.tm_year = year - 1900;
    broken.tm_mon = month - 1;
    broken.tm_mday = day;
    broken.tm_hour = hour;
    broken.tm_min = minute;
    broken.tm_sec = second;
    broken.tm_isdst = utc ? 0 : summer;
    return static_cast<double>(utc ? timegm(&broken) : mktime(&broken));
}

} // namespace

Value Interpreter::extension(Node& node) {
    auto has = [&](size_t index) { return index < node.children.size(); };
    auto number = [&](size_t index) { return evaluate(*node.children[index]).number(); };
    switch (node.builtin) {
    case Builtin::bit_and:
    case Builtin::bit_or:
    case Builtin::bit_xor: {
        uint64_t bits = bits_of(number(0));
        for (size_t i = 1; has(i); ++i) {
            uint64_t other = bits_of(number(i));
            bits = node.builtin == Builtin::bit_and  ? bits & other
                   : node.builtin == Builtin::bit_or ? bits | other
                                                     : bits ^ other;
        }
        return Value(static_cast<double>(bits));
    }
    case Builtin::complement:
        return Value(static_cast<double>(~bits_of(number(0)) & (uint64_t{1} << 53) - 1));
    case Builtin::shift_left:
    case Builtin::shift_right: {
        uint64_t bits = bits_of(number(0)), count = bits_of(number(1));
        if (count > 63) return Value(0.0);
        return Value(
            static_cast<double>(node.builtin == Builtin::shift_left ? bits << count : bits >> count));
    }
    case Builtin::gensub: {
        const Regex& regex = regex_of(*node.children[0]);
        std::string replacement = evaluate_text(*node.children[1]), how = evaluate_text(*node.children[2]);
        std::string text = has(3) ? evaluate_text(*node.children[3]) : field(0).text(convfmt_);
        bool all = how.starts_with('g') || how.starts_with('G');
        double count = all ? 0 : fmax(1, number(2));
        std::string result;
        replace_matches(regex, text, static_cast<uint64_t>(count), matches_, result,
                        [&] { append_groups(result, replacement, text, matches_); });
        return Value(std::move(result));
    }
    case Builtin::make_time:
        return Value(make_time(evaluate_text(*node.children[0]), has(1) && number(1) != 0));
    case Builtin::strftime: {
        std::string format = has(0) ? evaluate_text(*node.children[0]) : "%a %b %e %H:%M:%S %Z %Y";
        timespec when = {has(1) ? static_cast<time_t>(number(1)) : time(nullptr), 0};
        return Value(format_time(format, when, has(2) && number(2) != 0 ? Zone::utc : Zone::local));
    }
    default:
        return Value(static_cast<double>(time(nullptr)));
    }
}

} // namespace coreutils::awk
