// test and [; POSIX.1-2017 test: decided by the number of arguments up to four, beyond that by the grammar of
// -o, -a, ! and parentheses.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stack_guard.hpp"
#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

enum class BinaryTest : uint8_t { none, same, differ, before, after, eq, ne, gt, ge, lt, le, newer, older, same_file };

BinaryTest binary_test(std::string_view word) {
    if (word == "=" || word == "==")
        return BinaryTest::same;
    if (word == "!=")
        return BinaryTest::differ;
    if (word == "<")
        return BinaryTest::before;
    if (word == ">")
        return BinaryTest::after;
    if (word.size() != 3 || word[0] != '-')
        return BinaryTest::none;
    static constexpr struct {
        std::string_view name;
        BinaryTest test;
    } kTests[] = {{"-eq", BinaryTest::eq},    {"-ne", BinaryTest::ne},    {"-gt", BinaryTest::gt},
                  {"-ge", BinaryTest::ge},    {"-lt", BinaryTest::lt},    {"-le", BinaryTest::le},
                  {"-nt", BinaryTest::newer}, {"-ot", BinaryTest::older}, {"-ef", BinaryTest::same_file}};
    for (const auto& each : kTests)
        if (each.name == word)
            return each.test;
    return BinaryTest::none;
}

bool is_unary(std::string_view word) {
    return word.size() == 2 && word[0] == '-' && strchr("bcdefghkLnOGpSrstuvwxzN", word[1]);
}

class Evaluator {
public:
    Evaluator(Shell& shell, Arguments arguments, int first, int end)
        : shell_(shell), arguments_(arguments), at_(first), end_(end) {}

    // 0 true, 1 false, 2 error
    int run() {
        bool value = by_count(end_ - at_);
        if (!failed_ && at_ < end_)
            fail(arguments_[at_], "unexpected operator");
        return failed_ ? kStatusError : value ? 0 : 1;
    }

private:
    bool by_count(int count);
    bool one() { return !arguments_[at_++].empty(); }
    bool unary(char letter, std::string_view operand);
    bool binary(std::string_view left, BinaryTest test, std::string_view right);
    bool or_expression();
    bool and_expression();
    bool not_expression();
    bool primary();
    bool file_test(char letter, const char* path);
    std::optional<int64_t> integer(std::string_view text);
    bool fail(std::string_view operand, std::string_view reason) {
        if (!failed_)
            shell_.complain({arguments_[0], ": ", operand, ": ", reason});
        failed_ = true;
        at_ = end_;
        return false;
    }
    int left() const { return end_ - at_; }

    Shell& shell_;
    Arguments arguments_;
    int at_;
    int end_;
    bool failed_ = false;
};

bool Evaluator::by_count(int count) {
    switch (count) {
    case 0:
        return false;
    case 1:
        return one();
    case 2:
        if (arguments_[at_] == "!") {
            ++at_;
            return !one();
        }
        if (is_unary(arguments_[at_])) {
            at_ += 2;
            return unary(arguments_[at_ - 2][1], arguments_[at_ - 1]);
        }
        return fail(arguments_[at_], "unexpected operator");
    case 3: {
        BinaryTest test = binary_test(arguments_[at_ + 1]);
        if (test != BinaryTest::none) {
            at_ += 3;
            return binary(arguments_[at_ - 3], test, arguments_[at_ - 1]);
        }
        if (arguments_[at_ + 1] == "-a" || arguments_[at_ + 1] == "-o") {
            bool first = !arguments_[at_].empty();
            bool second = !arguments_[at_ + 2].empty();
            bool both = arguments_[at_ + 1] == "-a";
            at_ += 3;
            return both ? first && second : first || second;
        }
        if (arguments_[at_] == "!") {
            ++at_;
            return !by_count(2);
        }
        if (arguments_[at_] == "(" && arguments_[at_ + 2] == ")") {
            ++at_;
            bool value = one();
            ++at_;
            return value;
        }
        return or_expression();
    }
    case 4:
        if (arguments_[at_] == "!") {
            ++at_;
            return !by_count(3);
        }
        if (arguments_[at_] == "(" && arguments_[at_ + 3] == ")") {
            ++at_;
            bool value = by_count(2);
            if (!failed_)
                ++at_;
            return value;
        }
        return or_expression();
    default:
        return or_expression();
    }
}

bool Evaluator::or_expression() {
    bool value = and_expression();
    while (left() > 0 && arguments_[at_] == "-o") {
        ++at_;
        bool right = and_expression();
        value = value || right;
    }
    return value;
}

bool Evaluator::and_expression() {
    bool value = not_expression();
    while (left() > 0 && arguments_[at_] == "-a") {
        ++at_;
        bool right = not_expression();
        value = value && right;
    }
    return value;
}

bool Evaluator::not_expression() {
    bool negated = false;
    // `!` is an operand when a binary operator follows it.
    while (left() > 1 && arguments_[at_] == "!" &&
           !(left() > 2 && binary_test(arguments_[at_ + 1]) != BinaryTest::none)) {
        negated = !negated;
        ++at_;
    }
    return primary() != negated;
}

bool Evaluator::primary() {
    if (StackGuard::exhausted())
        return fail("(", "nesting too deep");
    if (left() == 0)
        return fail(arguments_[end_ - 1], "argument expected");
    if (left() > 2) {
        BinaryTest test = binary_test(arguments_[at_ + 1]);
        if (test != BinaryTest::none) {
            at_ += 3;
            return binary(arguments_[at_ - 3], test, arguments_[at_ - 1]);
        }
    }
    if (arguments_[at_] == "(" && left() > 1) {
        ++at_;
        bool value = or_expression();
        if (failed_)
            return false;
        if (left() == 0 || arguments_[at_] != ")")
            return fail("(", "closing paren expected");
        ++at_;
        return value;
    }
    if (is_unary(arguments_[at_]) && left() > 1) {
        at_ += 2;
        return unary(arguments_[at_ - 2][1], arguments_[at_ - 1]);
    }
    return one();
}

std::optional<int64_t> Evaluator::integer(std::string_view text) {
    auto value = parse_integer(text);
    if (!value)
        fail(text, "Illegal number");
    return value;
}

bool Evaluator::binary(std::string_view first, BinaryTest test, std::string_view second) {
    switch (test) {
    case BinaryTest::same: return first == second;
    case BinaryTest::differ: return first != second;
    case BinaryTest::before: return first < second;
    case BinaryTest::after: return first > second;
    case BinaryTest::newer:
    case BinaryTest::older: {
        struct stat a, b;
        bool has_a = stat(first.data(), &a) == 0;
        bool has_b = stat(second.data(), &b) == 0;
        if (test == BinaryTest::older) {
            std::swap(a, b);
            std::swap(has_a, has_b);
        }
        if (!has_a || !has_b)
            return has_a;
        return a.st_mtim.tv_sec != b.st_mtim.tv_sec ? a.st_mtim.tv_sec > b.st_mtim.tv_sec
                                                    : a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
    }
    case BinaryTest::same_file: {
        struct stat a, b;
        return stat(first.data(), &a) == 0 && stat(second.data(), &b) == 0 && a.st_dev == b.st_dev &&
               a.st_ino == b.st_ino;
    }
    default: break;
    }
    auto a = integer(first);
    auto b = a ? integer(second) : std::nullopt;
    if (!a || !b)
        return false;
    switch (test) {
    case BinaryTest::eq: return *a == *b;
    case BinaryTest::ne: return *a != *b;
    case BinaryTest::gt: return *a > *b;
    case BinaryTest::ge: return *a >= *b;
    case BinaryTest::lt: return *a < *b;
    default: return *a <= *b;
    }
}

bool Evaluator::file_test(char letter, const char* path) {
    struct stat status;
    if (letter == 'h' || letter == 'L')
        return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    if (letter == 'r' || letter == 'w' || letter == 'x') {
        int mode = letter == 'r' ? R_OK : letter == 'w' ? W_OK : X_OK;
        return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0;
    }
    if (stat(path, &status) != 0)
        return false;
    switch (letter) {
    case 'e': return true;
    case 'b': return S_ISBLK(status.st_mode);
    case 'c': return S_ISCHR(status.st_mode);
    case 'd': return S_ISDIR(status.st_mode);
    case 'f': return S_ISREG(status.st_mode);
    case 'p': return S_ISFIFO(status.st_mode);
    case 'S': return S_ISSOCK(status.st_mode);
    case 'g': return status.st_mode & S_ISGID;
    case 'u': return status.st_mode & S_ISUID;
    case 'k': return status.st_mode & S_ISVTX;
    case 's': return status.st_size > 0;
    case 'O': return status.st_uid == geteuid();
    case 'G': return status.st_gid == getegid();
    default:
        return status.st_atim.tv_sec != status.st_mtim.tv_sec ? status.st_atim.tv_sec < status.st_mtim.tv_sec
                                                              : status.st_atim.tv_nsec < status.st_mtim.tv_nsec;
    }
}

bool Evaluator::unary(char letter, std::string_view operand) {
    switch (letter) {
    case 'n': return !operand.empty();
    case 'z': return operand.empty();
    case 'v': return shell_.variables.get(operand) != nullptr;
    case 't': {
        auto descriptor = integer(operand);
        return descriptor && *descriptor >= 0 && *descriptor < 1 << 20 && isatty(static_cast<int>(*descriptor));
    }
    default: return file_test(letter, operand.data());
    }
}

}  // namespace

int run_test(Shell& shell, Arguments arguments) {
    int end = arguments.count;
    if (arguments[0] == "[") {
        if (end < 2 || arguments[end - 1] != "]")
            return usage_error(shell, arguments, "missing ]");
        --end;
    }
    return Evaluator(shell, arguments, 1, end).run();
}

}  // namespace sh
