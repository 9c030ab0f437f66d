#include "lib/backup.h"

#include "framework/diagnostics.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/same_file.h"

#include <algorithm>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string_view>
#include <unistd.h>

namespace coreutils {
namespace {

// The greatest N of the backups NAME.~N~ that are there; 0 when there is none.
uint64_t last_number(const std::string& path) {
    uint64_t last = 0;
    DIR* stream = opendir(std::string(directory_name(path)).c_str());
    if (!stream) return last;
    std::string lead = std::string(base_name(path)) + ".~";
    while (dirent* entry = readdir(stream)) {
        std::string_view name = entry->d_name;
        if (!name.starts_with(lead) || !name.ends_with('~') || name.size() < lead.size() + 2) continue;
        auto number = parse_unsigned(name.substr(lead.size(), name.size() - lead.size() - 1));
        if (number) last = std::max(last, *number);
    }
    closedir(stream);
    return last;
}

} // namespace

Backups::Kind Backups::parse(const char* control) {
    if (!control) control = getenv("VERSION_CONTROL");
    if (!control || !*control) return Kind::existing;
    std::string_view text = control;
    if (text == "none" || text == "off") return Kind::none;
    if (text == "numbered" || text == "t") return Kind::numbered;
    if (text == "existing" || text == "nil") return Kind::existing;
    if (text == "simple" || text == "never") return Kind::simple;
    usage_error("invalid argument '%s' for 'backup type'", control);
}

bool Backups::take(int id, const char* value) {
    if (id != 'b' && id != 'S' && id != kBackup) return false;
    if (id == 'S') suffix_ = value;
    if (id != 'S' || kind_ == Kind::none) kind_ = parse(id == kBackup ? value : nullptr);
    if (const char* suffix = getenv("SIMPLE_BACKUP_SUFFIX"); suffix_.empty() && suffix) suffix_ = suffix;
    if (suffix_.empty() || suffix_.contains('/')) suffix_ = "~";
    return true;
}

std::string Backups::name_for(const std::string& operand) const {
    std::string path = operand.substr(0, operand.find_last_not_of('/') + 1);
    uint64_t last = kind_ == Kind::simple ? 0 : last_number(path);
    if (kind_ == Kind::numbered || last > 0) return path + ".~" + std::to_string(last + 1) + "~";
    return path + suffix_;
}

bool Backups::keep(const std::string& path, const std::string& source) const {
    std::string name = name_for(path);
    struct stat old, other;
    bool replaces = lstat(name.c_str(), &old) == 0;
    if (replaces && !source.empty() && same_entry(name, source)) {
        warn("backing up '%s' might destroy source; '%s' not used", printable(path).c_str(),
             printable(source).c_str());
        return false;
    }
    if (rename(path.c_str(), name.c_str()) == 0) {
        // Between two names of one file rename(2) does nothing.
        if (replaces && lstat(path.c_str(), &other) == 0 && same_inode(old, other)) unlink(path.c_str());
        return true;
    }
    warn("cannot backup '%s': %m", printable(path).c_str());
    return false;
}

} // namespace coreutils
