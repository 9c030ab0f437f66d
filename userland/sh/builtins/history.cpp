// fc; POSIX.1-2017 fc: list, edit, or run again what was typed.
#include <algorithm>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "edit/history.hpp"
#include "edit/outside_editor.hpp"
#include "shell.hpp"

namespace sh {

namespace {

// `first` or `last` of fc as an index into the history: a number, a negative offset, or the beginning of a command.
std::optional<size_t> find_entry(const History& history, std::string_view operand, size_t end) {
    if (auto number = parse_integer(operand)) {
        int64_t first = static_cast<int64_t>(history.first_number());
        int64_t index = *number > 0 ? *number - first : static_cast<int64_t>(end) + *number;
        if (*number == 0)
            index = static_cast<int64_t>(end) - 1;
        if (index < 0)
            index = 0;
        if (index >= static_cast<int64_t>(end))
            index = static_cast<int64_t>(end) - 1;
        return static_cast<size_t>(index);
    }
    for (size_t i = end; i-- > 0;)
        if (history[i].starts_with(operand))
            return i;
    return std::nullopt;
}

int run_again(Shell& shell, const std::string& command) {
    shell.history->add(command);
    write_all(STDERR_FILENO, command + "\n");
    return shell.executor.run_text(command);
}

int edit_and_run(Shell& shell, const char* editor_option, std::string text) {
    std::string editor = editor_option ? editor_option : preferred_editor(shell, {"FCEDIT", "EDITOR"});
    return edit_text(shell, editor, text) ? run_again(shell, text) : 1;
}

}  // namespace

// history [n]: the whole list, or its last n commands.
int run_history(Shell& shell, Arguments arguments) {
    if (!shell.history)
        return 0;
    const History& history = *shell.history;
    size_t first = 0;
    if (arguments.count > 1) {
        auto number = parse_small_number(arguments[1], 1 << 30);
        if (!number)
            return usage_error(shell, arguments, "Illegal number", arguments[1]);
        first = history.size() - std::min(history.size(), static_cast<size_t>(*number));
    }
    for (size_t i = first; i < history.size(); ++i) {
        std::string number = number_text(static_cast<int64_t>(history.first_number() + i));
        number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
        shell.out.put(number + "  " + history[i] + "\n");
    }
    return 0;
}

int run_fc(Shell& shell, Arguments arguments) {
    if (!shell.history || shell.history->size() == 0) {
        shell.complain({"fc: no history"});
        return 1;
    }
    const History& history = *shell.history;
    bool list = false;
    bool numbers = true;
    bool reverse = false;
    bool again = false;
    const char* editor = nullptr;
    // A negative number is an operand, not an option.
    int i = 1;
    for (; i < arguments.count && arguments[i].size() > 1 && arguments[i][0] == '-' &&
           !is_digit(arguments[i][1]);
         ++i) {
        if (arguments[i] == "--") {
            ++i;
            break;
        }
        for (std::string_view letters = arguments[i].substr(1); !letters.empty(); letters.remove_prefix(1)) {
            switch (letters[0]) {
            case 'l': list = true; break;
            case 'n': numbers = false; break;
            case 'r': reverse = true; break;
            case 's': again = true; break;
            case 'e':
                if (letters.size() == 1 && i + 1 >= arguments.count)
                    return usage_error(shell, arguments, "No arg for -e option");
                editor = letters.size() > 1 ? letters.data() + 1 : arguments.items[++i];
                letters = "e";
                break;
            default: return usage_error(shell, arguments, "Illegal option -" + std::string(1, letters[0]));
            }
        }
    }
    // The fc command itself is the newest entry.
    size_t end = history.size() > 1 ? history.size() - 1 : history.size();
    if (editor && std::string_view(editor) == "-")
        again = true;
    auto missing = [&](std::string_view operand) {
        return usage_error(shell, arguments, "history specification out of range", operand);
    };
    if (again) {
        std::string_view replacement = i < arguments.count ? arguments[i] : std::string_view();
        size_t equals = replacement.find('=');
        bool replaces = equals != std::string_view::npos;
        int operand = replaces ? i + 1 : i;
        auto index = operand < arguments.count ? find_entry(history, arguments[operand], end) : end - 1;
        if (!index)
            return missing(arguments[operand]);
        std::string command = history[*index];
        if (replaces)
            if (size_t at = command.find(replacement.substr(0, equals)); at != std::string::npos)
                command.replace(at, equals, replacement.substr(equals + 1));
        shell.history->remove_newest();
        return run_again(shell, command);
    }
    std::optional<size_t> first, last;
    if (i < arguments.count) {
        first = find_entry(history, arguments[i], end);
        if (!first)
            return missing(arguments[i]);
        last = i + 1 < arguments.count ? find_entry(history, arguments[i + 1], end) : (list ? end - 1 : *first);
        if (!last)
            return missing(arguments[i + 1]);
    } else {
        last = end - 1;
        first = list ? (end > 16 ? end - 16 : 0) : *last;
    }
    if (*first > *last) {
        std::swap(first, last);
        reverse = !reverse;
    }
    std::string text;
    for (size_t n = 0; n <= *last - *first; ++n) {
        size_t index = reverse ? *last - n : *first + n;
        if (list) {
            std::string line;
            if (numbers)
                line = number_text(static_cast<int64_t>(history.first_number() + index));
            line += '\t';
            for (char c : history[index]) {
                line += c;
                if (c == '\n')
                    line += '\t';
            }
            shell.out.put(line + "\n");
        } else {
            text += history[index] + "\n";
        }
    }
    if (list)
        return 0;
    shell.history->remove_newest();
    return edit_and_run(shell, editor, text);
}

}  // namespace sh
