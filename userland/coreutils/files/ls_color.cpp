#include "files/ls_color.h"

#include <stdlib.h>
#include <string>
#include <strings.h>
#include <sys/stat.h>
#include <vector>

namespace coreutils::ls {
namespace {

struct Code {
    std::string key; // "di", or "*.tar"
    std::string color;
};

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
                                                                                        {"ex", "01;32"}})
        codes.push_back({key, color});
    const char* variable = getenv("LS_COLORS");
    std::string_view rest = variable ? variable : "";
    while (!rest.empty()) {
        size_t end = rest.find(':');
        std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        size_t equals = pair.find('=');
        if (equals != std::string_view::npos)
            codes.push_back({std::string(pair.substr(0, equals)), std::string(pair.substr(equals + 1))});
    }
    return codes;
}

const std::vector<Code>& codes() {
    static const std::vector<Code> all = read_codes();
    return all;
}

std::string_view find_code(std::string_view key) {
    for (size_t i = codes().size(); i-- > 0;)
        if (codes()[i].key == key) {
            const std::string& color = codes()[i].color;
            return color == "0" || color == "00" ? std::string_view() : std::string_view(color);
        }
    return {};
}

std::string_view key_of(const FileKind& kind) {
    if (kind.missing) return "mi";
    mode_t mode = kind.mode;
    auto other = [](const char* key, const char* otherwise) {
        return find_code(key).empty() ? otherwise : key;
    };
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
    if ((mode & S_ISUID) && !find_code("su").empty()) return "su";
    if ((mode & S_ISGID) && !find_code("sg").empty()) return "sg";
    if ((mode & 0111) && !find_code("ex").empty()) return "ex";
    if (kind.links > 1 && !find_code("mh").empty()) return "mh";
    return "fi";
}

// Extensions are the same in either case of their letters.
bool ends_like(std::string_view name, std::string_view end) {
    return name.size() >= end.size() &&
           strncasecmp(name.data() + name.size() - end.size(), end.data(), end.size()) == 0;
}

} // namespace

std::string_view color_of(std::string_view name, const FileKind& kind) {
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

} // namespace coreutils::ls
