#include "lib/mounts.h"

#include "framework/input.h"
#include "lib/resolve.h"

#include <sys/stat.h>

namespace coreutils {
namespace {

// Blanks in a field are written as \040 and so on.
std::string next_field(std::string_view& line) {
    size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return {};
    line.remove_prefix(start);
    std::string_view raw = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(raw.size());
    std::string field;
    for (size_t i = 0; i < raw.size(); ++i) {
        auto digit = [&](size_t at) { return at < raw.size() && raw[at] >= '0' && raw[at] <= '7'; };
        if (raw[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
            field.push_back(
                static_cast<char>((raw[i + 1] - '0') * 64 + (raw[i + 2] - '0') * 8 + raw[i + 3] - '0'));
            i += 3;
        } else {
            field.push_back(raw[i]);
        }
    }
    return field;
}

} // namespace

std::vector<Mount> read_mounts(const char* file) {
    std::vector<Mount> mounts;
    Input input;
    if (!input.open(file)) return mounts;
    while (auto line = input.next_line()) {
        std::string_view rest = *line;
        Mount mount;
        mount.device = next_field(rest);
        mount.directory = next_field(rest);
        mount.type = next_field(rest);
        mount.options = next_field(rest);
        if (!mount.device.starts_with('#') && !mount.directory.empty()) mounts.push_back(std::move(mount));
    }
    return mounts;
}

const Mount* mount_of(std::vector<Mount>& mounts, const char* path) {
    struct stat info;
    if (stat(path, &info) != 0) return nullptr;
    auto canonical = resolve_path(path, Missing::none);
    const Mount* best = nullptr;
    for (Mount& mount : mounts) {
        if (!mount.number) {
            struct stat root;
            if (stat(mount.directory.c_str(), &root) == 0) mount.number = root.st_dev;
        }
        if (mount.number != info.st_dev) continue;
        bool above = canonical && canonical->starts_with(mount.directory) &&
                     (mount.directory == "/" || canonical->size() == mount.directory.size() ||
                      (*canonical)[mount.directory.size()] == '/');
        if (!best || (above && mount.directory.size() >= best->directory.size())) best = &mount;
    }
    return best;
}

} // namespace coreutils
