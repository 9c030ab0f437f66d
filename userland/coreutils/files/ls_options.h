// What the command line of ls asks for.
#pragma once

#include "framework/arguments.h"
#include "lib/human.h"
#include "lib/quote.h"
#include "lib/walk.h"

#include <string>
#include <vector>

namespace coreutils::ls {

enum class Layout { one_per_line, columns, across, commas, long_format };
enum class Sort { name, none, size, time, version, extension, width };
enum class Time { modification, access, change, birth };
enum class Indicator { none, slash, file_type, classify };
enum class Hidden { skip, almost_all, all };

struct Settings {
    Layout layout = Layout::one_per_line;
    Sort sort = Sort::name;
    Time time = Time::modification;
    Indicator indicator = Indicator::none;
    Hidden hidden = Hidden::skip;
    Quoting quoting = Quoting::literal;
    Follow follow = Follow::never;
    bool follow_root_directories = false; // GNU: without -l, -d and -F a link to a directory lists its target
    bool reverse = false, recursive = false, directories_themselves = false, directories_first = false;
    bool show_inode = false, show_blocks = false;
    bool show_owner = true, show_group = true, show_author = false, numeric_ids = false;
    bool color = false;
    bool context = false;
    char end_of_line = '\n';
    size_t line_width = 80, tab_width = 8;
    SizeFormat size_format;                // of the size column; its blocks are bytes unless asked otherwise
    SizeFormat block_format;               // of -s and the totals
    std::string recent_format, old_format; // strftime; empty: ls's default
    bool own_formats = false;              // those two, even if they are empty
    bool full_time = false;
    bool ignore_backups = false;
    std::vector<const char*> ignore, hide;

    bool needs_status() const {
        return layout == Layout::long_format || show_blocks || show_inode || sort == Sort::size ||
               sort == Sort::time || color;
    }
};

// The tool; its table of options stands with their reading.
int run(Arguments& arguments);
Settings read_settings(Arguments& arguments, bool columns_by_default);

} // namespace coreutils::ls
