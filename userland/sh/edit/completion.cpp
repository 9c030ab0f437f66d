#include "edit/completion.hpp"

#include <algorithm>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "edit/display_width.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

// The word up to the cursor with its quotes removed, and what stands before it in its command.
struct WordAtCursor {
    size_t start = 0;
    std::string text;
    char quote = 0;       // open quote at the cursor
    bool quote_at_start = false;
    bool is_command = true;
    bool is_redirect = false;
    std::string command = {};   // the command's name, once it is known
    std::string previous = {};  // the word before
};

bool separates(char c) {
    return is_space(c) || strchr(";|&<>()", c);
}

// After these words a command follows.
bool introduces_command(std::string_view word) {
    for (std::string_view each :
         {"if", "then", "else", "elif", "while", "until", "do", "{", "!", "time", "exec", "command", "eval"})
        if (word == each)
            return true;
    return assignment_name_length(word) != std::string_view::npos;
}

WordAtCursor word_at(std::string_view line) {
    WordAtCursor word;
    bool in_word = false;
    bool redirect = false;
    for (size_t i = 0; i < line.size(); ++i) {
        char c = line[i];
        if (!word.quote && separates(c)) {
            if (in_word && !redirect) {
                word.previous = word.text;
                if (word.is_command && !introduces_command(word.text)) {
                    word.is_command = false;
                    word.command = word.text;
                }
            }
            if (in_word)
                redirect = false;
            if (strchr(";|&(\n", c)) {
                word.is_command = true;
                word.command.clear();
                word.previous.clear();
                redirect = false;
            } else if (c == '<' || c == '>') {
                redirect = true;
            }
            in_word = false;
            word.text.clear();
            word.start = i + 1;
            continue;
        }
        if (!in_word) {
            in_word = true;
            word.start = i;
            word.quote_at_start = c == '\'' || c == '"';
        }
        if (c == '\\' && word.quote != '\'') {
            if (i + 1 < line.size())
                word.text += line[++i];
        } else if (word.quote == c) {
            word.quote = 0;
        } else if (!word.quote && (c == '\'' || c == '"')) {
            word.quote = c;
        } else {
            word.text += c;
        }
    }
    if (!in_word) {
        word.text.clear();
        word.start = line.size();
    }
    if (redirect)
        word.is_command = false;
    word.is_redirect = redirect;
    return word;
}

enum class PathKind { any, programs, directories };

std::string quoted_for(std::string_view text, char quote) {
    std::string result;
    // A backslash does not quote a newline.
    if (!quote && printable(text).find_first_of("\\\n") != std::string::npos)
        return shell_quoted(text);
    for (char c : text) {
        if (quote == '\'') {
            if (c == '\'') {
                result += "'\\''";
                continue;
            }
        } else if (quote == '"' ? strchr("\"$`\\", c) != nullptr
                                : strchr(" \t\n\\\"'`$&|;<>()*?[]#!{}", c) != nullptr) {
            result += '\\';
        }
        result += c;
    }
    return result;
}

void add_paths(Shell& shell, std::string_view prefix, PathKind kind, std::vector<std::string>& found) {
    size_t slash = prefix.rfind('/');
    std::string directory(slash == std::string_view::npos ? "" : prefix.substr(0, slash + 1));
    std::string_view name = slash == std::string_view::npos ? prefix : prefix.substr(slash + 1);
    std::string real = directory;
    if (real.starts_with('~')) {
        size_t end = real.find('/');
        std::string home;
        if (home_directory(shell, std::string_view(real).substr(1, end - 1), home))
            real = home + real.substr(end);
    }
    DIR* stream = opendir(real.empty() ? "." : real.c_str());
    if (!stream)
        return;
    while (struct dirent* entry = readdir(stream)) {
        std::string_view each = entry->d_name;
        if (!each.starts_with(name) || each == "." || each == ".." || (each[0] == '.' && !name.starts_with('.')))
            continue;
        struct stat status;
        std::string path = real + std::string(each);
        bool is_directory = stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
        if (kind == PathKind::directories && !is_directory)
            continue;
        if (kind == PathKind::programs && !is_directory && access(path.c_str(), X_OK) != 0)
            continue;
        found.push_back(directory + std::string(each) + (is_directory ? "/" : ""));
    }
    closedir(stream);
}

void add_commands(Shell& shell, std::string_view prefix, std::vector<std::string>& found) {
    for (const Builtin& builtin : all_builtins())
        if (builtin.name.starts_with(prefix))
            found.emplace_back(builtin.name);
    for (const auto& function : shell.functions.all())
        if (function->name.starts_with(prefix))
            found.push_back(function->name);
    for (const Alias* alias : shell.aliases.sorted())
        if (alias->name.starts_with(prefix))
            found.push_back(alias->name);
    const std::string* path = shell.variables.path->get();
    std::string_view rest = path ? std::string_view(*path) : std::string_view();
    for (bool more = !rest.empty(); more;) {
        size_t colon = rest.find(':');
        std::string directory(rest.substr(0, colon));
        more = colon != std::string_view::npos;
        if (more)
            rest.remove_prefix(colon + 1);
        DIR* stream = opendir(directory.empty() ? "." : directory.c_str());
        if (!stream)
            continue;
        while (struct dirent* entry = readdir(stream)) {
            std::string_view name = entry->d_name;
            if (!name.starts_with(prefix) || name == "." || name == "..")
                continue;
            struct stat status;
            std::string candidate = directory + "/" + entry->d_name;
            if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_mode & 0111)
                found.emplace_back(name);
        }
        closedir(stream);
    }
}

void add_variables(Shell& shell, std::string_view word, std::vector<std::string>& found) {
    bool brace = word.starts_with("${");
    std::string_view prefix = word.substr(brace ? 2 : 1);
    for (const Variable* variable : shell.variables.sorted())
        if (variable->is_set && std::string_view(variable->name).starts_with(prefix))
            found.push_back((brace ? "${" : "$") + variable->name + (brace ? "}" : ""));
}

// The options that the tools' own tables name: a line a tool, read when it is needed.
void add_options(Shell& shell, std::string_view command, std::string_view prefix, std::vector<std::string>& found) {
    const std::string* own = shell.variables.get("SH_OPTIONS");
    const std::string file = own ? *own : "/usr/share/sh/options";
    int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    std::string text;
    char block[8192];
    for (ssize_t count; (count = read(descriptor, block, sizeof(block))) > 0;)
        text.append(block, static_cast<size_t>(count));
    close(descriptor);
    std::string_view rest = text;
    while (!rest.empty()) {
        size_t newline = rest.find('\n');
        std::string_view line = rest.substr(0, newline);
        rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
        if (!line.starts_with(command) || line.size() <= command.size() || line[command.size()] != ' ')
            continue;
        for (line.remove_prefix(command.size() + 1); !line.empty();) {
            size_t blank = line.find(' ');
            std::string_view option = line.substr(0, blank);
            line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
            if (option.starts_with(prefix))
                found.emplace_back(option);
        }
    }
}

void add_jobs(Shell& shell, std::string_view prefix, std::vector<std::string>& found) {
    for (const auto& job : shell.jobs.all()) {
        std::string command = job->command();
        for (const std::string& name : {"%" + number_text(job->number), "%" + command.substr(0, command.find(' '))})
            if (name.starts_with(prefix))
                found.push_back(name);
    }
}

void add_names(std::string_view lead, std::string_view prefix, std::string_view name, std::vector<std::string>& found) {
    std::string candidate = std::string(lead) + std::string(name);
    if (!name.empty() && candidate.starts_with(prefix))
        found.push_back(std::move(candidate));
}

// Services: the files of units, `getty@` standing for each of its terminals.
void add_units(std::string_view prefix, std::vector<std::string>& found) {
    constexpr std::string_view kSuffix = ".service";
    DIR* stream = opendir("/etc/services");
    if (!stream)
        return;
    while (struct dirent* entry = readdir(stream)) {
        std::string_view name = entry->d_name;
        if (name.ends_with(kSuffix))
            name.remove_suffix(kSuffix.size());
        if (!name.starts_with('.'))
            add_names("", prefix, name, found);
    }
    closedir(stream);
}

void add_users(std::string_view prefix, std::vector<std::string>& found) {
    setpwent();
    while (const struct passwd* user = getpwent())
        add_names("", prefix, user->pw_name, found);
    endpwent();
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

// An operand by what its command does with it; false: any file.
bool add_arguments(Shell& shell, const WordAtCursor& word, std::vector<std::string>& found) {
    std::string command = word.command;
    if (const Alias* alias = shell.aliases.find(command))
        command = alias->value.substr(0, alias->value.find(' '));
    command.erase(0, command.rfind('/') + 1);
    std::string_view text = word.text;
    if (text.starts_with('%') && is_one_of(command, {"fg", "bg", "jobs", "kill", "wait"})) {
        add_jobs(shell, text, found);
    } else if (command == "set" && is_one_of(word.previous, {"-o", "+o"})) {
        for (const OptionEntry& entry : Options::table())
            add_names("", text, entry.name, found);
    } else if ((command == "kill" && text.starts_with('-')) || command == "trap") {
        for (int signal = command == "trap" ? 0 : 1; signal < kSignals; ++signal)
            add_names(command == "kill" ? "-" : "", text, signal_name(signal), found);
    } else if (text.starts_with('-')) {
        add_options(shell, command, text, found);
    } else if (is_one_of(command, {"cd", "rmdir", "pushd"})) {
        add_paths(shell, text, PathKind::directories, found);
    } else if (is_one_of(command, {"unset", "export", "readonly", "local", "read"})) {
        for (const Variable* each : shell.variables.sorted())
            if (each->is_set)
                add_names("", text, each->name, found);
    } else if (is_one_of(command, {"type", "hash", "which", "man"}) && text.find('/') == std::string_view::npos) {
        add_commands(shell, text, found);
    } else if (command == "svc" && word.previous == "svc") {
        for (std::string_view each :
             {"list", "start", "stop", "restart", "reload", "status", "enable", "disable", "logs"})
            add_names("", text, each, found);
    } else if (command == "svc") {
        add_units(text, found);
    } else if (is_one_of(command, {"su", "passwd"})) {
        add_users(text, found);
    } else if (is_one_of(command, {"alias", "unalias"})) {
        for (const Alias* alias : shell.aliases.sorted())
            add_names("", text, alias->name, found);
    } else {
        return false;
    }
    return true;
}

std::string common_beginning(const std::vector<std::string>& words) {
    std::string common = words[0];
    for (const std::string& word : words) {
        size_t length = 0;
        while (length < common.size() && length < word.size() && common[length] == word[length])
            ++length;
        common.resize(length);
    }
    // Whole characters only.
    size_t whole = 0;
    for (std::string_view text = common; whole < text.size();) {
        size_t length = character_length(text.substr(whole));
        if (static_cast<unsigned char>(text[whole]) >= 0x80 && length == 1)
            break;
        whole += length;
    }
    common.resize(whole);
    return common;
}

}  // namespace

Completion complete(Shell& shell, std::string_view line, size_t cursor) {
    WordAtCursor word = word_at(line.substr(0, cursor));
    // What an option or an assignment gets after its `=` is a word of its own.
    size_t equals = word.text.find('=');
    bool has_value = !word.quote_at_start && equals != std::string::npos &&
                     (word.text.starts_with("--") || assignment_name_length(word.text) != std::string_view::npos);
    if (size_t mark = line.substr(0, cursor).find('=', word.start); has_value && mark != std::string_view::npos) {
        word.start = mark + 1;
        word.text.erase(0, equals + 1);
    }
    Completion completion{.start = word.start, .end = cursor};
    std::vector<std::string>& found = completion.candidates;
    bool variable = word.text.starts_with('$') && word.quote != '\'';
    bool has_slash = word.text.find('/') != std::string::npos;
    bool is_command = word.is_command && !has_value;
    if (variable && !has_slash)
        add_variables(shell, word.text, found);
    else if (is_command && !has_slash)
        add_commands(shell, word.text, found);
    else if (is_command || has_value || word.is_redirect || !add_arguments(shell, word, found))
        add_paths(shell, word.text, is_command ? PathKind::programs : PathKind::any, found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (found.empty())
        return completion;
    std::string common = common_beginning(found);
    bool tilde = common.starts_with('~') && !word.quote;
    std::string text;
    if (word.quote)
        text += word.quote;
    text += variable ? common : tilde ? "~" + quoted_for(common.substr(1), 0) : quoted_for(common, word.quote);
    bool goes_on = common.ends_with('/') || (common.starts_with("--") && common.ends_with('='));
    if (found.size() == 1 && !goes_on) {
        if (word.quote)
            text += word.quote;
        text += ' ';
    }
    completion.replacement = std::move(text);
    return completion;
}

std::string quoted_for_line(std::string_view text) {
    return quoted_for(text, 0);
}

std::string in_columns(const std::vector<std::string>& candidates, int columns) {
    std::vector<std::string> names;
    int widest = 0;
    for (const std::string& candidate : candidates) {
        size_t end = candidate.ends_with('/') ? candidate.size() - 1 : candidate.size();
        size_t slash = end > 0 ? candidate.rfind('/', end - 1) : std::string::npos;
        names.push_back(printable(slash == std::string::npos ? candidate : candidate.substr(slash + 1)));
        widest = std::max(widest, display_width(names.back()));
    }
    size_t per_row = static_cast<size_t>(std::max(1, columns / (widest + 2)));
    size_t rows = (names.size() + per_row - 1) / per_row;
    std::string text;
    for (size_t row = 0; row < rows; ++row) {
        for (size_t i = row; i < names.size(); i += rows) {
            text += names[i];
            if (i + rows < names.size())
                text.append(static_cast<size_t>(widest + 2 - display_width(names[i])), ' ');
        }
        text += "\r\n";
    }
    return text;
}

}  // namespace sh
