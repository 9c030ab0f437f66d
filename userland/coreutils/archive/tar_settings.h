// What tar's options say, and what creating, listing and extracting share.
#pragma once

#include "archive/tar_format.h"

#include <optional>
#include <string>
#include <vector>

namespace coreutils {

struct TarSettings {
    char action = 0; // c x t r d
    const char* archive = nullptr;
    const char* compressor = nullptr; // gzip, bzip2, xz, zstd
    bool by_suffix = false;
    unsigned verbose = 0;
    bool to_output = false, keep_old = false, keep_newer = false, absolute_names = false,
         same_permissions = false;
    bool no_recursion = false, follow_links = false, one_file_system = false, no_times = false,
         numeric = false;
    std::optional<bool> same_owner;
    unsigned strip_components = 0;
    std::vector<std::string> excludes;
    std::optional<uid_t> owner;
    std::optional<gid_t> group;
    std::string owner_name, group_name;
    std::optional<timespec> time;
    // The operands with the directories of -C between them, in order.
    struct Operand {
        std::string text;
        bool is_directory;
    };
    std::vector<Operand> operands;

    bool is_excluded(std::string_view name) const;
};

// "-rw-r--r-- user/group   size date name", as tar -tv prints.
void print_entry(const TarEntry& entry, const TarSettings& settings);

int tar_create(const TarSettings& settings);
int tar_extract(const TarSettings& settings);

} // namespace coreutils
