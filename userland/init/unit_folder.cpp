#include "unit_folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "system.h"

namespace init {
namespace {

constexpr std::string_view kSuffix = ".service";

std::string target_path(const std::string& target) {
    return std::string(kUnitFolder) + "/" + target + ".target";
}

std::string entry_path(const std::string& name, const std::string& target) {
    return target_path(target) + "/" + name;
}

/// The names in a folder for which `name_of` answers a unit's name, sorted.
template <typename NameOf>
std::optional<std::vector<std::string>> names_in(const std::string& path, NameOf name_of) {
    DIR* folder = opendir(path.c_str());
    if (folder == nullptr) return std::nullopt;
    std::vector<std::string> names;
    while (dirent* entry = readdir(folder)) {
        std::string_view name = name_of(entry->d_name);
        if (is_unit_name(name)) names.emplace_back(name);
    }
    closedir(folder);
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

std::optional<Unit> load_unit(const std::string& name) {
    if (!is_unit_name(name)) return std::nullopt;
    std::string path = std::string(kUnitFolder) + "/" + unit_file_name(name);
    struct stat status;
    if (stat(path.c_str(), &status) != 0 && errno == ENOENT) return std::nullopt;
    if (!S_ISREG(status.st_mode)) {
        Unit unit;
        unit.name = name;
        unit.path = path;
        unit.errors.push_back(path + ":1: not a regular file");
        return unit;
    }
    return parse_unit(name, path, read_file(path, kMaximumUnitBytes + 1));
}

std::vector<std::string> unit_names() {
    auto names = names_in(kUnitFolder, [](std::string_view file) {
        if (!file.ends_with(kSuffix)) return std::string_view();
        std::string_view name = file.substr(0, file.size() - kSuffix.size());
        return name.ends_with('@') ? std::string_view() : name;
    });
    return names.value_or(std::vector<std::string>());
}

std::optional<std::vector<std::string>> target_units(const std::string& target) {
    if (!is_unit_name(target)) return std::nullopt;
    return names_in(target_path(target), [](std::string_view file) { return file; });
}

bool is_enabled(const std::string& name, const std::string& target) {
    struct stat status;
    return lstat(entry_path(name, target).c_str(), &status) == 0;
}

int enable_unit(const std::string& name, const std::string& target) {
    if (mkdir(target_path(target).c_str(), 0755) != 0 && errno != EEXIST) return errno;
    std::string file = "../" + unit_file_name(name);
    return symlink(file.c_str(), entry_path(name, target).c_str()) == 0 || errno == EEXIST ? 0 : errno;
}

int disable_unit(const std::string& name, const std::string& target) {
    return unlink(entry_path(name, target).c_str()) == 0 || errno == ENOENT ? 0 : errno;
}

} // namespace init
