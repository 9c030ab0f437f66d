// The parts of cpio: what the options say, making and reading archives. Each part answers the exit status.
#pragma once

#include "archive/cpio_format.h"
#include "framework/input.h"
#include "lib/identity.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils {

struct CpioSettings {
    char action = 0; // i, o, p, t
    char separator = '\n';
    bool reset_access = false, make_directories = false, nonmatching = false, follow = false, link = false,
         keep_time = false;
    bool numeric = false, unconditional = false, verbose = false, quiet = false, absolute = false,
         to_output = false;
    bool keep_owner = true, renumber = false, ignore_devices = false;
    const char* archive = nullptr;
    const char* directory = nullptr;
    CpioFormat format = CpioFormat::binary;
    std::optional<OwnerChange> owner;
    std::vector<std::string> patterns;
};

// On standard error, beside the archive: how large it was, and (-v) the name of a file.
void report_blocks(uint64_t bytes, const CpioSettings& settings);
void print_name(std::string_view name);

// -o: an archive of the files that standard input names.
int cpio_create(const CpioSettings& settings);
// -i and -t: the files of the archive in `input`, below the working directory unless `settings.absolute`.
int cpio_extract(const CpioSettings& settings, Input& input);

} // namespace coreutils
