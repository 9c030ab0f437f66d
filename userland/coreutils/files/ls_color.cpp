#include "files/ls_color.h"

#include "lib/escape.h"

#include <stdlib.h>
#include <string>
#include <strings.h>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace coreutils::ls {
namespace {

struct Code {
    std::string key; // "di", or "*.tar"
    std::string color;
};

// \e, \033, ^[ and the like, for who writes whole sequences.
std::string unescaped(std::string_view text) {
    std::string result;
    for (size_t at = 0; at < text.size(); ++at) {
        size_t length = 0;
        if (text.substr(at, 2) == "\\_")
            result.push_back(' '), ++at;
        else if (text[at] == '\\' && append_escape(result, text.substr(at + 1), EscapeStyle::printf, length))
            at += length;
        else if (text[at] == '^' && at + 1 < text.size())
            result.push_back(static_cast<char>(text[++at] == '?' ? 0x7f : text[at] & 0x1f));
        else
            result.push_back(text[at]);
    }
    return result;
}

std::vector<Code> read_codes() {
    std::vector<Code> codes;
    for (auto [key, color] : std::initializer_list<std::pair<const char*, const char*>>{{"di", "01;34"},
                                                                                        {"ln", "01;36"},
                                                                                        {"pi", "33"},
                                                                                        {"so", "01;35"},
                                                                                        {"bd", "01;33"},
                                                                                        {"cd", "01;33"},
                                                                                        {"su", "37;41"},
                                                                                        {"sg", "30;43"},
                                                                                        {"tw", "30;42"},
                                                                                        {"ow", "34;42"},
                                                                                        {"st", "37;44"},
                                                                                        {"ex", "01;32"},
                                                                                        {"lc", "\033["},
                                                                                        {"rc", "m"},
                                                                                        {"rs", "0"},
                                                                                        {"cl", "\033[K"}})
        codes.push_back({key, color});
    const char* variable = getenv("LS_COLORS");
    std::string_view rest = variable ? variable : "";
    while (!rest.empty()) {
        size_t end = rest.find(':');
        std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        size_t equals = pair.find('=');
        if (equals != std::string_view::npos)
            codes.push_back({std::string(pair.substr(0, equals)), unescaped(pair.substr(equals + 1))});
    }
    return codes;
}

const std::vector<Code>& codes() {
    static const std::vector<Code> all = read_codes();
    return all;
}

// Nothing for a key without a value.
std::optional<std::string_view> find_code(std::string_view key) {
    for (size_t i = codes().size(); i-- > 0;)
        if (codes()[i].key == key) return codes()[i].color;
    return std::nullopt;
}

bool is_colored(std::string_view key) {
    std::string_view color = find_code(key).value_or("");
    return !color.empty() && color != "0" && color != "00";
}

std::string sequence(std::string_view parameters) {
    return std::string(*find_code("lc")).append(parameters).append(*find_code("rc"));
}

std::string_view key_of(const FileKind& kind) {
    if (kind.missing) return is_colored("mi") ? "mi" : "or";
    mode_t mode = kind.mode;
    auto other = [](const char* key, const char* otherwise) { return is_colored(key) ? key : otherwise; };
    switch (mode & S_IFMT) {
    case S_IFDIR:
        if ((mode & S_ISVTX) && (mode & S_IWOTH)) return other("tw", "di");
        if (mode & S_IWOTH) return other("ow", "di");
        if (mode & S_ISVTX) return other("st", "di");
        return "di";
    case S_IFLNK:
        return kind.orphan ? other("or", "ln") : "ln";
    case S_IFIFO:
        return "pi";
    case S_IFSOCK:
        return "so";
    case S_IFBLK:
        return "bd";
    case S_IFCHR:
        return "cd";
    }
    if ((mode & S_ISUID) && is_colored("su")) return "su";
    if ((mode & S_ISGID) && is_colored("sg")) return "sg";
    if ((mode & 0111) && is_colored("ex")) return "ex";
    if (kind.links > 1 && is_colored("mh")) return "mh";
    return "fi";
}

// Extensions are the same in either case of their letters.
bool ends_like(std::string_view name, std::string_view end) {
    return name.size() >= end.size() &&
           strncasecmp(name.data() + name.size() - end.size(), end.data(), end.size()) == 0;
}

std::string reset() {
    auto end = find_code("ec");
    return end ? std::string(*end) : sequence(*find_code("rs"));
}

// What comes before the first colour of all.
std::string reset_at_start() {
    static bool first = true;
    return std::exchange(first, false) ? reset() : "";
}

} // namespace

std::optional<std::string_view> color_of(std::string_view name, const FileKind& kind) {
    std::string_view key = key_of(kind);
    if (key == "ln" && find_code("ln") == "target") {
        FileKind target{.mode = kind.target_mode};
        return color_of(name, target);
    }
    if (key == "fi") {
        for (size_t i = codes().size(); i-- > 0;) {
            const Code& code = codes()[i];
            if (code.key.starts_with('*') && ends_like(name, std::string_view(code.key).substr(1)))
                return code.color;
        }
    }
    return find_code(key);
}

bool targets_matter() {
    return is_colored("or") || is_colored("mi") || (is_colored("ex") && find_code("ln") == "target");
}

std::string normal_text() { return is_colored("no") ? reset_at_start() + sequence(*find_code("no")) : ""; }

std::string colored(std::string_view shown, std::optional<std::string_view> color, bool may_wrap) {
    if (!color && !is_colored("no")) return std::string(shown);
    std::string text;
    if (color) {
        text = reset_at_start();
        if (is_colored("no")) text += sequence("");
        text += sequence(*color);
    }
    text.append(shown).append(reset());
    if (may_wrap) text.append(*find_code("cl"));
    return text;
}

} // namespace coreutils::ls
