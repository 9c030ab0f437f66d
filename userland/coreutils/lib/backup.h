// Backups of files that cp, mv, ln and install are about to replace: -b, --backup[=CONTROL] and -S of GNU.
#pragma once

#include <string>

namespace coreutils {

// Rows for the table of options; the tool hands their ids to Backups::take().
enum : int { kBackup = 1000 };
#define MARTLET_BACKUP_OPTIONS                                                                               \
    {'b', nullptr, nullptr, "make a backup of each existing destination file"},                              \
        {kBackup, "backup", "[CONTROL]", "the same; CONTROL: none, numbered, existing or simple"},           \
        {'S', "suffix", "SUFFIX", "the end of the names of backups instead of ~"}

class Backups {
public:
    // False when `id` is none of the options.
    bool take(int id, const char* value);
    bool wanted() const { return kind_ != Kind::none; }
    // The name under which `path` would be kept.
    std::string name_for(const std::string& path) const;
    // Renames `path`; a failure is reported. With the name of what will replace it, refuses to destroy that.
    bool keep(const std::string& path, const std::string& source = {}) const;

private:
    enum class Kind { none, simple, numbered, existing };
    static Kind parse(const char* control);

    Kind kind_ = Kind::none;
    std::string suffix_;
};

} // namespace coreutils
