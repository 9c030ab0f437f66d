// What grep's options ask for.
#pragma once

#include "grep/matcher.h"

#include <stdint.h>
#include <vector>

namespace coreutils::grep {

enum class Names { automatic, always, never };
enum class Binary { report, text, without_match };
enum class Listing { lines, count, files_with, files_without, nothing };
enum class Directories { read, skip, recurse, recurse_follow };

struct Settings {
    MatchSettings match;
    Names names = Names::automatic;
    Binary binary = Binary::report;
    Listing listing = Listing::lines;
    Directories directories = Directories::read;
    bool invert = false, only_matching = false, line_numbers = false, byte_offsets = false;
    bool silent_errors = false, null_after_name = false, initial_tab = false, color = false,
         line_buffered = false;
    bool skip_devices = false, devices_given = false;
    bool grouped = false; // context was asked for, be it of no lines: `--` between what is apart
    uint64_t after = 0, before = 0, most = UINT64_MAX;
    const char* label = "(standard input)";
    struct Rule {
        const char* glob;
        bool include;
    };
    std::vector<Rule> file_rules;
    std::vector<const char*> excluded_directories;
};

} // namespace coreutils::grep
