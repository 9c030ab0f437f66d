// Beyond POSIX: declare (typeset), let and builtin, as scripts for bash and ksh use them.
#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

void print_declaration(Shell& shell, const Variable& variable) {
    std::string line = "declare -";
    if (variable.read_only)
        line += 'r';
    if (variable.exported)
        line += 'x';
    if (line.ends_with('-'))
        line += '-';
    line += " " + variable.name;
    if (variable.is_set)
        line += "=" + shell_quoted(variable.value);
    shell.out.put(line + "\n");
}

struct Declaration {
    bool exported = false;
    bool read_only = false;
    bool global = false;
};

// `name` or `name=value`; 0, or the status after complaining.
int declare_variable(Shell& shell, Arguments arguments, std::string_view word, const Declaration& attributes) {
    size_t equals = word.find('=');
    std::string_view name = word.substr(0, equals);
    if (!is_name(name))
        return usage_error(shell, arguments, "bad variable name", name);
    Variable* variable = shell.variables.entry(name);
    if (!attributes.global && shell.executor.function_depth() > 0 && !variable->read_only &&
        !shell.variables.is_saved_here(*variable)) {
        shell.variables.save(*variable);
        shell.variables.unset(name);
    }
    if (equals != std::string_view::npos && !shell.assign(*variable, word.substr(equals + 1)))
        return 1;
    if (attributes.exported)
        shell.variables.set_exported(*variable, true);
    variable->read_only |= attributes.read_only;
    return 0;
}

}  // namespace

// Variables of a function are its own, unless -g says otherwise.
int run_declare(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "gprxfF");
    Declaration attributes;
    bool print = false, functions = false;
    while (char letter = options.next()) {
        switch (letter) {
        case 'g': attributes.global = true; break;
        case 'p': print = true; break;
        case 'r': attributes.read_only = true; break;
        case 'x': attributes.exported = true; break;
        case 'f':
        case 'F': functions = true; break;
        default: return kStatusError;
        }
    }
    int first = options.operands(), status = 0;
    if (first >= arguments.count && !functions) {
        for (const Variable* variable : shell.variables.sorted())
            if (variable->is_set && (!attributes.exported || variable->exported) &&
                (!attributes.read_only || variable->read_only))
                print_declaration(shell, *variable);
        return 0;
    }
    for (int i = first; i < arguments.count; ++i) {
        if (functions) {
            if (!shell.functions.contains(arguments[i]))
                status = 1;
        } else if (print) {
            const Variable* variable = shell.variables.find(arguments[i]);
            if (variable && (variable->is_set || variable->exported || variable->read_only)) {
                print_declaration(shell, *variable);
            } else {
                shell.complain({arguments[0], ": ", arguments[i], ": not found"});
                status = 1;
            }
        } else if (int failure = declare_variable(shell, arguments, arguments[i], attributes)) {
            status = failure;
        }
    }
    return status;
}

int run_let(Shell& shell, Arguments arguments) {
    if (arguments.count < 2)
        return usage_error(shell, arguments, "expression expected");
    int64_t value = 0;
    for (int i = 1; i < arguments.count; ++i)
        if (!evaluate(shell, arguments[i], value))
            return shell.status;
    return value != 0 ? 0 : 1;
}

// builtin name [argument…]: the utility of the shell, even when a function has its name.
int run_builtin_command(Shell& shell, Arguments arguments) {
    if (arguments.count < 2)
        return 0;
    const Builtin* builtin = find_builtin(arguments[1]);
    if (!builtin) {
        shell.complain({"builtin: ", arguments[1], ": not a shell builtin"});
        return 1;
    }
    return builtin->run(shell, {arguments.items + 1, arguments.count - 1});
}

}  // namespace sh
