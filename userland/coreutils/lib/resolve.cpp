#include "lib/resolve.h"

#include "lib/path.h"

#include <errno.h>
#include <sys/stat.h>

namespace coreutils {
namespace {

constexpr int kMostLinks = 40;

void drop_last(std::string& path) {
    size_t slash = path.rfind('/');
    path.resize(slash == 0 || slash == std::string::npos ? 0 : slash);
}

} // namespace

std::optional<std::string> resolve_path(const std::string& path, Missing missing, Links links) {
    if (path.empty()) {
        errno = ENOENT;
        return std::nullopt;
    }
    std::string result; // without a trailing slash; empty is the root
    if (path[0] != '/') {
        auto here = working_directory();
        if (!here) return std::nullopt;
        if (*here != "/") result = *here;
    }
    std::string rest = path;
    int followed = 0;
    bool lost = false; // a component is missing: those after it cannot be looked at
    while (!rest.empty()) {
        size_t start = rest.find_first_not_of('/');
        if (start == std::string::npos) {
            // A trailing slash wants a directory.
            if (links != Links::none && missing != Missing::any && !lost && !result.empty() &&
                !is_directory(result.c_str()) && (missing == Missing::none || errno != ENOENT)) {
                if (errno != ENOENT) errno = ENOTDIR;
                return std::nullopt;
            }
            break;
        }
        size_t end = rest.find('/', start);
        std::string name = rest.substr(start, end == std::string::npos ? end : end - start);
        rest = end == std::string::npos ? "" : rest.substr(end);
        if (name == ".") continue;
        if (name == "..") {
            if (missing != Missing::any && links == Links::physical && !result.empty() &&
                !is_directory(result.c_str())) {
                errno = ENOTDIR;
                return std::nullopt;
            }
            drop_last(result);
            lost = false;
            continue;
        }
        std::string candidate = result + "/" + name;
        bool last = rest.find_first_not_of('/') == std::string::npos;
        struct stat info;
        if (!lost && lstat(candidate.c_str(), &info) != 0) {
            bool tolerated = missing == Missing::any || (missing == Missing::last && last && errno == ENOENT);
            if (!tolerated) return std::nullopt;
            lost = true;
        }
        if (!lost && S_ISLNK(info.st_mode) && links != Links::none) {
            if (++followed > kMostLinks) {
                errno = ELOOP;
                if (missing != Missing::any) return std::nullopt;
                result = candidate;
                continue;
            }
            auto target = read_link(candidate.c_str());
            if (!target) return std::nullopt;
            if (target->starts_with('/')) result.clear();
            rest = *target + rest;
            continue;
        }
        if (!lost && !last && !S_ISDIR(info.st_mode) && missing != Missing::any && links != Links::none) {
            errno = ENOTDIR;
            return std::nullopt;
        }
        result = candidate;
    }
    return result.empty() ? "/" : result;
}

std::string relative_path(std::string_view path, std::string_view base) {
    auto next = [](std::string_view& text) {
        size_t start = text.find_first_not_of('/');
        if (start == std::string_view::npos) return text = {};
        text.remove_prefix(start);
        std::string_view name = text.substr(0, text.find('/'));
        text.remove_prefix(name.size());
        return name;
    };
    for (;;) {
        std::string_view path_rest = path, base_rest = base;
        std::string_view left = next(path_rest), right = next(base_rest);
        if (left.empty() || left != right) break;
        path = path_rest;
        base = base_rest;
    }
    std::string result;
    while (!next(base).empty()) result += result.empty() ? ".." : "/..";
    for (std::string_view name; !(name = next(path)).empty();)
        result.append(result.empty() ? "" : "/").append(name);
    return result.empty() ? "." : result;
}

} // namespace coreutils
