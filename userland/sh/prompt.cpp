#include "prompt.hpp"

#include <ctime>
#include <pwd.h>
#include <unistd.h>

#include "base/text.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"
#include "syntax/parser.hpp"

namespace sh {

namespace {

std::string user_name(Shell& shell) {
    for (const char* variable : {"USER", "LOGNAME"})
        if (const std::string* value = shell.variables.get(variable))
            return *value;
    const struct passwd* entry = getpwuid(geteuid());
    return entry ? entry->pw_name : "?";
}

std::string host_name(bool whole) {
    char host[256] = "";
    gethostname(host, sizeof(host) - 1);
    std::string text = host;
    return whole ? text : text.substr(0, text.find('.'));
}

std::string directory(Shell& shell, bool only_last) {
    const std::string* pwd = shell.variables.get("PWD");
    std::string path = pwd ? *pwd : "?";
    const std::string* home = shell.variables.home->get();
    if (home && home->size() > 1 && path.starts_with(*home) &&
        (path.size() == home->size() || path[home->size()] == '/'))
        path = "~" + path.substr(home->size());
    size_t slash = path.rfind('/');
    if (only_last && slash != std::string::npos && path.size() > 1)
        path.erase(0, slash + 1);
    return path;
}

std::string clock_text(const char* format) {
    time_t now = time(nullptr);
    struct tm local;
    char text[64] = "";
    if (localtime_r(&now, &local))
        strftime(text, sizeof(text), format, &local);
    return text;
}

// What an escape stands for. Its text must survive the expansion that follows.
void append_protected(std::string& to, std::string_view text) {
    for (char c : text) {
        if (c == '$' || c == '`' || c == '\\')
            to += '\\';
        to += c;
    }
}

std::string expand_escapes(Shell& shell, std::string_view text) {
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 >= text.size()) {
            result += text[i];
            continue;
        }
        switch (char c = text[++i]) {
        case 'u': append_protected(result, user_name(shell)); break;
        case 'h': append_protected(result, host_name(false)); break;
        case 'H': append_protected(result, host_name(true)); break;
        case 'w': append_protected(result, directory(shell, false)); break;
        case 'W': append_protected(result, directory(shell, true)); break;
        case '$': append_protected(result, geteuid() == 0 ? "#" : "$"); break;
        case 's': append_protected(result, shell.name.substr(shell.name.rfind('/') + 1)); break;
        case 't': append_protected(result, clock_text("%H:%M:%S")); break;
        case 'A': append_protected(result, clock_text("%H:%M")); break;
        case 'd': append_protected(result, clock_text("%a %b %d")); break;
        case 'j': append_protected(result, number_text(static_cast<int64_t>(shell.jobs.all().size()))); break;
        case 'n': result += '\n'; break;
        case 'r': result += '\r'; break;
        case 'a': result += '\a'; break;
        case 'e': result += '\033'; break;
        case '[':
        case ']': break;
        case '0':
        case '1': {
            int value = 0;
            size_t digits = 0;
            while (digits < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7') {
                value = value * 8 + (text[i++] - '0');
                ++digits;
            }
            --i;
            result += static_cast<char>(value);
            break;
        }
        default:
            result += '\\';
            result += c;
            break;
        }
    }
    return result;
}

}  // namespace

std::string render_prompt(Shell& shell, std::string_view text) {
    std::string source = expand_escapes(shell, text);
    if (source.find_first_of("$`\\") == std::string::npos)
        return source;
    ArenaRef arena = ArenaRef::create();
    StringSource unused("");
    Input input(unused);
    Parser parser(input, nullptr);
    Word word;
    if (!parser.parse_text(*arena, source, word))
        return source;
    // The expansion must not change what the user sees as `$?`, nor fail the next command.
    int status = shell.status;
    Flow flow = shell.flow;
    bool trace = shell.options[Option::xtrace];
    shell.options.set(Option::xtrace, false);
    std::string result;
    Expander expander(shell);
    if (!expander.text(word, result))
        result = source;
    shell.options.set(Option::xtrace, trace);
    shell.status = status;
    shell.flow = flow;
    return result;
}

}  // namespace sh
