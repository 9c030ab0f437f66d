// echo; POSIX.1-2017 echo with the XSI escapes, and the options -n -e -E scripts rely on.
#include "base/escapes.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

bool is_echo_option(std::string_view word) {
    if (word.size() < 2 || word[0] != '-')
        return false;
    for (char c : word.substr(1))
        if (c != 'n' && c != 'e' && c != 'E')
            return false;
    return true;
}

}  // namespace

int run_echo(Shell& shell, Arguments arguments) {
    bool newline = true;
    bool escapes = true;
    int i = 1;
    for (; i < arguments.count && is_echo_option(arguments[i]); ++i)
        for (char c : arguments[i].substr(1)) {
            if (c == 'n')
                newline = false;
            else
                escapes = c == 'e';
        }
    std::string text;
    for (int first = i; i < arguments.count; ++i) {
        if (i > first)
            text += ' ';
        std::string_view word = arguments[i];
        if (!escapes || word.find('\\') == std::string_view::npos) {
            text += word;
            continue;
        }
        while (!word.empty()) {
            char c = word[0];
            word.remove_prefix(1);
            if (c != '\\') {
                text += c;
            } else if (append_escape(text, word, EscapeDialect::echo) == EscapeResult::stop_output) {
                shell.out.put(text);
                return 0;
            }
        }
    }
    if (newline)
        text += '\n';
    shell.out.put(text);
    return 0;
}

}  // namespace sh
