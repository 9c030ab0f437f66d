// What tar's options say, and what creating, listing and extracting share.
#pragma once

#include "archive/name_transform.h"
#include "archive/tar_format.h"
#include "lib/mode.h"
#include "lib/spawn.h"

#include <optional>
#include <string>
#include <vector>

namespace coreutils {

struct TarSettings {
    char action = 0; // c x t r d
    const char* archive = nullptr;
    std::string compressor; // a program with its arguments; empty: none, or what the archive says
    bool by_suffix = false;
    unsigned verbose = 0;
    bool to_output = false, keep_old = false, keep_newer = false, absolute_names = false,
         same_permissions = false, overwrite = false, full_time = false, null_ended = false;
    bool no_recursion = false, follow_links = false, one_file_system = false, no_times = false,
         numeric = false;
    std::optional<bool> same_owner;
    unsigned strip_components = 0;
    std::vector<std::string> excludes;
    std::optional<uid_t> owner;
    std::optional<gid_t> group;
    std::string owner_name, group_name;
    std::optional<timespec> time;
    std::optional<ModeChange> mode;
    NameTransform transform;
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

// Starts the words of `program`, with `option` behind them if it is not null; `other` as start_piped has it.
PipedProgram start_compressor(std::string program, const char* option, PipeFlow flow, int other);

int tar_create(const TarSettings& settings);
int tar_extract(const TarSettings& settings);

} // namespace coreutils
