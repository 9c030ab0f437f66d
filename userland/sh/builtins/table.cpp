// The table of built-in utilities. It is sorted by name; a perfect hash is not needed for forty entries, but the
// first character is an index into it.
#include "builtins/builtin.hpp"

#include <algorithm>
#include <string>

#include "shell.hpp"

namespace sh {

namespace {

using enum BuiltinKind;

constexpr Builtin kBuiltins[] = {
    {".", run_dot, special},
    {":", run_colon, special},
    {"[", run_test, regular},
    {"alias", run_alias, regular},
    {"bg", run_bg, regular},
    {"break", run_break, special},
    {"builtin", run_builtin_command, regular},
    {"cd", run_cd, regular},
    {"command", run_command_builtin, regular},
    {"continue", run_break, special},
    {"declare", run_declare, regular_declaration},
    {"echo", run_echo, regular},
    {"eval", run_eval, special},
    {"exec", run_exec, special},
    {"exit", run_exit, special},
    {"export", run_export, special_declaration},
    {"false", run_false, regular},
    {"fc", run_fc, regular},
    {"fg", run_fg, regular},
    {"getopts", run_getopts, regular},
    {"hash", run_hash, regular},
    {"history", run_history, regular},
    {"jobs", run_jobs, regular},
    {"kill", run_kill, regular},
    {"let", run_let, regular},
    {"local", run_local, regular_declaration},
    {"printf", run_printf, regular},
    {"pwd", run_pwd, regular},
    {"read", run_read, regular},
    {"readonly", run_readonly, special_declaration},
    {"return", run_return, special},
    {"set", run_set, special},
    {"shift", run_shift, special},
    {"source", run_dot, special},
    {"test", run_test, regular},
    {"times", run_times, special},
    {"trap", run_trap, special},
    {"true", run_colon, regular},
    {"type", run_type, regular},
    {"typeset", run_declare, regular_declaration},
    {"ulimit", run_ulimit, regular},
    {"umask", run_umask, regular},
    {"unalias", run_unalias, regular},
    {"unset", run_unset, special},
    {"wait", run_wait, regular},
};

static_assert(std::is_sorted(std::begin(kBuiltins), std::end(kBuiltins),
                             [](const Builtin& a, const Builtin& b) { return a.name < b.name; }));

// Index of the first entry whose name begins with each byte.
struct FirstByte {
    uint8_t begin[129] = {};
    constexpr FirstByte() {
        size_t at = 0;
        for (size_t byte = 0; byte < 129; ++byte) {
            while (at < std::size(kBuiltins) && static_cast<size_t>(kBuiltins[at].name[0]) < byte)
                ++at;
            begin[byte] = static_cast<uint8_t>(at);
        }
    }
};
constexpr FirstByte kFirstByte;

}  // namespace

const Builtin* find_builtin(std::string_view name) {
    if (name.empty() || static_cast<unsigned char>(name[0]) >= 128)
        return nullptr;
    auto byte = static_cast<size_t>(name[0]);
    for (size_t i = kFirstByte.begin[byte]; i < kFirstByte.begin[byte + 1]; ++i)
        if (kBuiltins[i].name == name)
            return &kBuiltins[i];
    return nullptr;
}

std::span<const Builtin> all_builtins() {
    return kBuiltins;
}

int usage_error(Shell& shell, Arguments arguments, std::string_view message, std::string_view operand) {
    const Builtin* builtin = find_builtin(arguments[0]);
    std::string_view separator = operand.empty() ? "" : ": ";
    shell.complain({arguments[0], ": ", operand, separator, message});
    if (builtin && builtin->is_special()) {
        shell.status = kStatusError;
        shell.flow = Flow::abort_command;
    }
    return kStatusError;
}

char OptionScanner::next() {
    if (!rest_ || !*rest_) {
        if (index_ >= arguments_.count)
            return 0;
        const char* word = arguments_.items[index_];
        if (word[0] != '-' || word[1] == '\0')
            return 0;
        ++index_;
        if (word[1] == '-' && word[2] == '\0')
            return 0;
        rest_ = word + 1;
    }
    char letter = *rest_++;
    size_t at = letter == ':' ? std::string_view::npos : letters_.find(letter);
    if (at == std::string_view::npos) {
        usage_error(shell_, arguments_, "Illegal option -" + std::string(1, letter));
        return '?';
    }
    if (at + 1 < letters_.size() && letters_[at + 1] == ':') {
        if (*rest_) {
            argument_ = rest_;
            rest_ = nullptr;
        } else if (index_ < arguments_.count) {
            argument_ = arguments_.items[index_++];
        } else {
            usage_error(shell_, arguments_, "No arg for -" + std::string(1, letter) + " option");
            return '?';
        }
    }
    return letter;
}

}  // namespace sh
