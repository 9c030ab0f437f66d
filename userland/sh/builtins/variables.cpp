// Utilities about variables and options: export readonly unset local set getopts
#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

enum class Attribute : uint8_t { exported, read_only };

void list_variables(Shell& shell, Attribute attribute, std::string_view command) {
    for (const Variable* variable : shell.variables.sorted()) {
        if (attribute == Attribute::exported ? !variable->exported : !variable->read_only)
            continue;
        std::string line = std::string(command) + " " + variable->name;
        if (variable->is_set)
            line += "=" + shell_quoted(variable->value);
        shell.out.put(line + "\n");
    }
}

// `name` or `name=value`; false after complaining that it is neither.
bool split_assignment(Shell& shell, Arguments arguments, std::string_view word, std::string_view& name,
                      std::string_view& value, bool& has_value) {
    size_t equals = word.find('=');
    has_value = equals != std::string_view::npos;
    name = word.substr(0, equals);
    value = has_value ? word.substr(equals + 1) : std::string_view();
    if (is_name(name))
        return true;
    usage_error(shell, arguments, "bad variable name", name);
    return false;
}

int mark_variables(Shell& shell, Arguments arguments, Attribute attribute) {
    OptionScanner options(shell, arguments, attribute == Attribute::exported ? "pn" : "p");
    bool on = true;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        on &= letter != 'n';
    }
    if (options.operands() >= arguments.count) {
        list_variables(shell, attribute, arguments[0]);
        return 0;
    }
    for (int i = options.operands(); i < arguments.count; ++i) {
        std::string_view name, value;
        bool has_value;
        if (!split_assignment(shell, arguments, arguments[i], name, value, has_value))
            return kStatusError;
        Variable* variable = shell.variables.entry(name);
        if (has_value && !shell.assign(*variable, value)) {
            shell.flow = Flow::abort_command;
            return shell.status = kStatusError;
        }
        if (attribute == Attribute::exported)
            shell.variables.set_exported(*variable, on);
        else
            variable->read_only = true;
    }
    return 0;
}

}  // namespace

int run_export(Shell& shell, Arguments arguments) {
    return mark_variables(shell, arguments, Attribute::exported);
}

int run_readonly(Shell& shell, Arguments arguments) {
    return mark_variables(shell, arguments, Attribute::read_only);
}

int run_unset(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "fv");
    char kind = 0;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        kind = letter;
    }
    for (int i = options.operands(); i < arguments.count; ++i) {
        std::string_view name = arguments[i];
        if (kind == 'f') {
            shell.functions.remove(name);
            continue;
        }
        if (!is_name(name))
            return usage_error(shell, arguments, "bad variable name", name);
        const Variable* variable = shell.variables.find(name);
        if (!kind && !(variable && (variable->is_set || variable->exported)) && shell.functions.remove(name))
            continue;
        if (shell.variables.unset(name) == SetResult::read_only)
            return usage_error(shell, arguments, "is read only", name);
    }
    return 0;
}

int run_local(Shell& shell, Arguments arguments) {
    if (shell.executor.function_depth() == 0) {
        shell.complain({"local: not in a function"});
        return kStatusError;
    }
    // `local -r x=1` is what declare does in a function.
    if (arguments.count > 1 && arguments[1].size() > 1 && arguments[1][0] == '-' && arguments[1] != "--")
        return run_declare(shell, arguments);
    for (int i = 1; i < arguments.count; ++i) {
        if (arguments[i] == "--" && i == 1)
            continue;
        if (arguments[i] == "-") { // the options are the function's own
            if (!shell.local_options)
                shell.local_options = shell.options;
            continue;
        }
        std::string_view name, value;
        bool has_value;
        if (!split_assignment(shell, arguments, arguments[i], name, value, has_value))
            return kStatusError;
        Variable* variable = shell.variables.entry(name);
        if (variable->read_only) {
            shell.complain({variable->name, ": is read only"});
            shell.flow = Flow::abort_command;
            return shell.status = kStatusError;
        }
        if (!shell.variables.is_saved_here(*variable))
            shell.variables.save(*variable);
        // Without a value the variable keeps the outer one, as in dash.
        if (has_value)
            shell.assign(*variable, value);
    }
    return 0;
}

namespace {

void list_options(Shell& shell, bool as_commands) {
    if (!as_commands)
        shell.out.put("Current option settings\n");
    for (const OptionEntry& entry : Options::table()) {
        bool on = shell.options[entry.option];
        if (as_commands) {
            if (entry.option == Option::interactive || entry.option == Option::standard_input ||
                entry.option == Option::login)
                continue;
            shell.out.put(std::string("set ") + (on ? "-o " : "+o ") + std::string(entry.name) + "\n");
        } else {
            std::string line(entry.name);
            line.resize(16, ' ');
            shell.out.put(line + (on ? "on\n" : "off\n"));
        }
    }
}

void list_all_variables(Shell& shell) {
    for (const Variable* variable : shell.variables.sorted())
        if (variable->is_set)
            shell.out.put(variable->name + "=" + shell_quoted(variable->value) + "\n");
}

}  // namespace

int run_set(Shell& shell, Arguments arguments) {
    if (arguments.count == 1) {
        list_all_variables(shell);
        return 0;
    }
    int i = 1;
    bool replace = false;
    for (; i < arguments.count; ++i) {
        std::string_view word = arguments[i];
        if (word == "--") {
            ++i;
            replace = true;
            break;
        }
        if (word == "-") {
            shell.set_option(Option::verbose, false);
            shell.set_option(Option::xtrace, false);
            ++i;
            break;
        }
        if (word.size() < 2 || (word[0] != '-' && word[0] != '+'))
            break;
        bool on = word[0] == '-';
        for (char letter : word.substr(1)) {
            std::optional<Option> option;
            if (letter == 'o') {
                if (i + 1 >= arguments.count) {
                    list_options(shell, !on);
                    return 0;
                }
                option = Options::by_name(arguments[++i]);
                if (!option)
                    return usage_error(shell, arguments, "Illegal option -o " + std::string(arguments[i]));
            } else {
                option = Options::by_letter(letter);
            }
            if (!option || *option == Option::interactive || *option == Option::standard_input ||
                *option == Option::login)
                return usage_error(shell, arguments,
                                   "Illegal option " + std::string(1, word[0]) + std::string(1, letter));
            shell.set_option(*option, on);
        }
    }
    if (replace || i < arguments.count)
        shell.positional.assign(arguments.items + i, arguments.items + arguments.count);
    return 0;
}

}  // namespace sh
