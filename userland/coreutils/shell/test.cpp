// test and [: POSIX.1-2017, with -a -o ( ) of XSI, and GNU's -nt -ot -ef -O -G -N -k. Up to four arguments
// are read by POSIX's table, more by precedence.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/numbers.h"
#include "lib/same_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

int run_test(Arguments& arguments);
int run_bracket(Arguments& arguments);

// An integer of any length, as sign and digits without leading zeros.
struct Integer {
    bool negative = false;
    std::string digits;
};

Integer parse_integer(const char* text) {
    const char* at = text;
    while (isspace(static_cast<unsigned char>(*at))) ++at;
    Integer value{*at == '-', {}};
    if (*at == '-' || *at == '+') ++at;
    const char* start = at;
    while (isdigit(static_cast<unsigned char>(*at))) ++at;
    const char* end = at;
    while (isspace(static_cast<unsigned char>(*at))) ++at;
    if (start == end || *at) die(2, "%s: integer expression expected", text);
    while (start < end && *start == '0') ++start;
    value.digits.assign(start, end);
    if (value.digits.empty()) value.negative = false;
    return value;
}

int compare(const Integer& left, const Integer& right) {
    if (left.negative != right.negative) return left.negative ? -1 : 1;
    int order = left.digits.size() != right.digits.size()
                    ? (left.digits.size() < right.digits.size() ? -1 : 1)
                    : left.digits.compare(right.digits);
    return left.negative ? -order : order;
}

bool is_newer(const char* left, const char* right) {
    struct stat first, second;
    if (stat(left, &first) != 0) return false;
    if (stat(right, &second) != 0) return true;
    return is_later(first.st_mtim, second.st_mtim);
}

bool is_unary(const char* word) {
    return word[0] == '-' && word[1] && !word[2] && strchr("bcdefgGhkLNOnprsStuwxz", word[1]);
}

bool evaluate_unary(char operation, const char* operand) {
    struct stat info;
    switch (operation) {
    case 'n':
        return *operand != '\0';
    case 'z':
        return *operand == '\0';
    case 't': {
        Integer number = parse_integer(operand);
        auto fd = parse_unsigned(number.digits.empty() ? "0" : number.digits);
        return fd && !number.negative && *fd <= INT32_MAX && isatty(static_cast<int>(*fd));
    }
    case 'h':
    case 'L':
        return lstat(operand, &info) == 0 && S_ISLNK(info.st_mode);
    case 'r':
        return faccessat(AT_FDCWD, operand, R_OK, AT_EACCESS) == 0;
    case 'w':
        return faccessat(AT_FDCWD, operand, W_OK, AT_EACCESS) == 0;
    case 'x':
        return faccessat(AT_FDCWD, operand, X_OK, AT_EACCESS) == 0;
    }
    if (stat(operand, &info) != 0) return false;
    switch (operation) {
    case 'b':
        return S_ISBLK(info.st_mode);
    case 'c':
        return S_ISCHR(info.st_mode);
    case 'd':
        return S_ISDIR(info.st_mode);
    case 'f':
        return S_ISREG(info.st_mode);
    case 'g':
        return info.st_mode & S_ISGID;
    case 'G':
        return info.st_gid == getegid();
    case 'k':
        return info.st_mode & S_ISVTX;
    case 'N':
        return is_later(info.st_mtim, info.st_atim);
    case 'O':
        return info.st_uid == geteuid();
    case 'p':
        return S_ISFIFO(info.st_mode);
    case 's':
        return info.st_size > 0;
    case 'S':
        return S_ISSOCK(info.st_mode);
    case 'u':
        return info.st_mode & S_ISUID;
    default:
        return true; // -e
    }
}

constexpr const char* kBinary[] = {"=",   "==",  "!=",  "<",   ">",   "-eq", "-ne",
                                   "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};

bool is_binary(const char* word) {
    for (const char* name : kBinary)
        if (strcmp(word, name) == 0) return true;
    return false;
}

bool evaluate_binary(const char* left, const char* name, const char* right) {
    std::string_view operation = name;
    if (operation == "=" || operation == "==") return strcmp(left, right) == 0;
    if (operation == "!=") return strcmp(left, right) != 0;
    if (operation == "<") return strcmp(left, right) < 0;
    if (operation == ">") return strcmp(left, right) > 0;
    if (operation == "-nt") return is_newer(left, right);
    if (operation == "-ot") return is_newer(right, left);
    if (operation == "-ef") return same_target(left, right);
    int order = compare(parse_integer(left), parse_integer(right));
    if (operation == "-eq") return order == 0;
    if (operation == "-ne") return order != 0;
    if (operation == "-lt") return order < 0;
    if (operation == "-le") return order <= 0;
    if (operation == "-gt") return order > 0;
    return order >= 0;
}

class Expression {
public:
    explicit Expression(std::span<char*> words) : words_(words) {}

    bool evaluate() {
        bool result = by_count(words_);
        return result;
    }

private:
    // POSIX's rules for few arguments, where the number decides before the words do.
    bool by_count(std::span<char*> words) {
        switch (words.size()) {
        case 0:
            return false;
        case 1:
            return *words[0] != '\0';
        case 2:
            if (strcmp(words[0], "!") == 0) return !by_count(words.subspan(1));
            if (is_unary(words[0])) return evaluate_unary(words[0][1], words[1]);
            die(2, "%s: unary operator expected", words[0]);
        case 3:
            if (is_binary(words[1])) return evaluate_binary(words[0], words[1], words[2]);
            if (strcmp(words[1], "-a") == 0) return *words[0] && *words[2];
            if (strcmp(words[1], "-o") == 0) return *words[0] || *words[2];
            if (strcmp(words[0], "!") == 0) return !by_count(words.subspan(1));
            if (strcmp(words[0], "(") == 0 && strcmp(words[2], ")") == 0) return *words[1] != '\0';
            die(2, "%s: binary operator expected", words[1]);
        case 4:
            if (strcmp(words[0], "!") == 0) return !by_count(words.subspan(1));
            if (strcmp(words[0], "(") == 0 && strcmp(words[3], ")") == 0)
                return by_count(words.subspan(1, 2));
            [[fallthrough]];
        default: {
            words_ = words;
            at_ = 0;
            bool result = either();
            if (at_ != words_.size()) die(2, "extra argument '%s'", words_[at_]);
            return result;
        }
        }
    }

    bool next_is(const char* word) const { return at_ < words_.size() && strcmp(words_[at_], word) == 0; }

    bool either() {
        bool result = both();
        while (next_is("-o")) {
            ++at_;
            result = both() || result;
        }
        return result;
    }

    bool both() {
        bool result = negated();
        while (next_is("-a")) {
            ++at_;
            result = negated() && result;
        }
        return result;
    }

    bool negated() {
        bool invert = false;
        while (next_is("!")) {
            ++at_;
            invert = !invert;
        }
        return primary() != invert;
    }

    bool primary() {
        size_t left = words_.size() - at_;
        if (left == 0) die(2, "argument expected");
        if (left >= 3 && is_binary(words_[at_ + 1])) {
            at_ += 3;
            return evaluate_binary(words_[at_ - 3], words_[at_ - 2], words_[at_ - 1]);
        }
        if (next_is("(")) {
            ++at_;
            if (++depth_ > 1000) die(2, "too many nested parentheses");
            bool result = either();
            --depth_;
            if (!next_is(")")) die(2, "')' expected");
            ++at_;
            return result;
        }
        if (left >= 2 && is_unary(words_[at_])) {
            at_ += 2;
            return evaluate_unary(words_[at_ - 2][1], words_[at_ - 1]);
        }
        return *words_[at_++] != '\0';
    }

    std::span<char*> words_;
    size_t at_ = 0;
    int depth_ = 0;
};

int run_test(Arguments& arguments) { return Expression(arguments.operands()).evaluate() ? 0 : 1; }

int run_bracket(Arguments& arguments) {
    auto words = arguments.operands();
    if (words.size() == 1 && strcmp(words[0], "--help") == 0) {
        print_help(current_tool());
        return 0;
    }
    if (words.empty() || strcmp(words.back(), "]") != 0) die(2, "missing ']'");
    return Expression(words.first(words.size() - 1)).evaluate() ? 0 : 1;
}

constexpr const char* kNotes = "  ( E )  ! E  E1 -a E2  E1 -o E2           grouping, not, and, or\n"
                               "  [-n] S  -z S  S1 = S2  S1 != S2  S1 < S2  S1 > S2   strings\n"
                               "  N1 -eq N2  (-ne -lt -le -gt -ge)          integers\n"
                               "  F1 -nt F2  F1 -ot F2  F1 -ef F2           newer, older, the same file\n"
                               "  -b -c -d -e -f -g -G -h -k -L -N -O -p -r -s -S -u -w -x FILE; -t FD";

constexpr Tool kTest = {
    .name = "test",
    .synopsis = "EXPRESSION\n",
    .summary = "Evaluate an expression: exit status 0 for true, 1 for false, 2 for an error.",
    .run = run_test,
    .order = OperandOrder::untouched,
    .usage_status = 2,
    .failure_status = 2,
    .notes = kNotes,
};
MARTLET_REGISTER_TOOL(kTest);

constexpr Tool kBracket = {
    .name = "[",
    .synopsis = "EXPRESSION ]\n]",
    .summary = "Evaluate an expression: exit status 0 for true, 1 for false, 2 for an error.",
    .run = run_bracket,
    .order = OperandOrder::untouched,
    .usage_status = 2,
    .failure_status = 2,
    .notes = kNotes,
};
MARTLET_REGISTER_TOOL(kBracket);

} // namespace
} // namespace coreutils
