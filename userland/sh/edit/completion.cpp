#include "edit/completion.hpp"

#include <algorithm>
#include <cstring>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "edit/display_width.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

// The word up to the cursor with its quotes removed.
struct WordAtCursor {
    size_t start = 0;
    std::string text;
    char quote = 0;       // open quote at the cursor
    bool quote_at_start = false;
    bool is_command = true;
};

bool separates(char c) {
    return is_space(c) || strchr(";|&<>()", c);
}

// After these words a command follows.
bool introduces_command(std::string_view word) {
    for (std::string_view each : {"if", "then", "else", "elif", "while", "until", "do", "{", "!", "exec", "command", "eval"})
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
            if (in_word && !redirect)
                word.is_command = word.is_command && introduces_command(word.text);
            if (in_word)
                redirect = false;
            if (strchr(";|&(\n", c)) {
                word.is_command = true;
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
    return word;
}

std::string quoted_for(std::string_view text, char quote) {
    std::string result;
    for (char c : text) {
        if (quote == '\'') {
            if (c == '\'') {
                result += "'\\''";
                continue;
            }
        } else if (quote == '"' ? strchr("\"$`\\", c) != nullptr : strchr(" \t\n\\\"'`$&|;<>()*?[]#!{}", c) != nullptr) {
            result += '\\';
        }
        result += c;
    }
    return result;
}

void add_paths(Shell& shell, std::string_view prefix, bool only_programs, std::vector<std::string>& found) {
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
        if (only_programs && !is_directory && access(path.c_str(), X_OK) != 0)
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
    Completion completion{.start = word.start, .end = cursor};
    std::vector<std::string>& found = completion.candidates;
    bool variable = word.text.starts_with('$') && word.quote != '\'';
    bool has_slash = word.text.find('/') != std::string::npos;
    if (variable && !has_slash)
        add_variables(shell, word.text, found);
    else if (word.is_command && !has_slash)
        add_commands(shell, word.text, found);
    else
        add_paths(shell, word.text, word.is_command, found);
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
    if (found.size() == 1 && !common.ends_with('/')) {
        if (word.quote)
            text += word.quote;
        text += ' ';
    }
    completion.replacement = std::move(text);
    return completion;
}

std::string in_columns(const std::vector<std::string>& candidates, int columns) {
    std::vector<std::string> names;
    int widest = 0;
    for (const std::string& candidate : candidates) {
        size_t end = candidate.ends_with('/') ? candidate.size() - 1 : candidate.size();
        size_t slash = end > 0 ? candidate.rfind('/', end - 1) : std::string::npos;
        names.push_back(slash == std::string::npos ? candidate : candidate.substr(slash + 1));
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
