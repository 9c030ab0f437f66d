// cpio: copies files into and out of cpio archives, and from place to place (options of GNU cpio). Extracting
// stays below the working directory, unless --absolute-filenames is given.
#include "archive/cpio.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/copy.h"
#include "lib/identity.h"
#include "lib/path.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int {
    kQuiet = kLongOnly,
    kNoAbsolute,
    kAbsolute,
    kToOutput,
    kNoOwner,
    kRenumber,
    kIgnoreDevices,
    kReproducible,
    kSparse
};

constexpr Option kOptions[] = {
    {'i', "extract", nullptr, "extract files from an archive"},
    {'o', "create", nullptr, "create the archive of the files that standard input names"},
    {'p', "pass-through", nullptr, "copy the files that standard input names to a directory"},
    {'t', "list", nullptr, "print a table of contents of the input"},
    {'0', "null", nullptr, "names are terminated by a null byte"},
    {'a', "reset-access-time", nullptr, "reset the access times of files after reading them"},
    {'B', nullptr, nullptr, nullptr},
    {'C', "io-size", "NUMBER", nullptr},
    {'c', nullptr, nullptr, "the same as -H odc"},
    {'D', "directory", "DIR", "change to directory DIR"},
    {'d', "make-directories", nullptr, "create leading directories where needed"},
    {'E', "pattern-file", "FILE", "read patterns from FILE"},
    {'f', "nonmatching", nullptr, "only copy files that do not match any of the patterns"},
    {'F', "file", "ARCHIVE", "use this archive instead of standard input or output"},
    {'I', nullptr, "ARCHIVE", "the archive to read"},
    {'O', nullptr, "ARCHIVE", "the archive to write"},
    {'H', "format", "FORMAT", "archive format: newc, crc, odc or bin"},
    {'L', "dereference", nullptr, "copy the files that symbolic links point to"},
    {'l', "link", nullptr, "link files instead of copying them, when possible"},
    {'m', "preserve-modification-time", nullptr, "retain previous file modification times"},
    {'n', "numeric-uid-gid", nullptr, "in the verbose listing, show numeric UID and GID"},
    {'R', "owner", "OWNER", "set the ownership of all files created"},
    {'u', "unconditional", nullptr, "replace all files unconditionally"},
    {'v', "verbose", nullptr, "list the files processed"},
    {kQuiet, "quiet", nullptr, "do not print the number of blocks copied"},
    {kNoAbsolute, "no-absolute-filenames", nullptr, "create all files below the working directory (default)"},
    {kAbsolute, "absolute-filenames", nullptr, "take absolute names and .. as they are"},
    {kToOutput, "to-stdout", nullptr, "extract files to standard output"},
    {kNoOwner, "no-preserve-owner", nullptr, "do not change the ownership of the files"},
    {kRenumber, "renumber-inodes", nullptr, "use numbers of our own for inodes"},
    {kIgnoreDevices, "ignore-devno", nullptr, "store 0 for the device numbers"},
    {kReproducible, "reproducible", nullptr, "--ignore-devno --renumber-inodes"},
    {kSparse, "sparse", nullptr, nullptr},
};

// -p: every named file to the same name below a directory.
int pass_through(const CpioSettings& settings, const char* directory) {
    CopySettings copying;
    copying.follow = settings.follow ? Follow::always : Follow::never;
    copying.recursive = true; // special files are made anew, directories never come here
    copying.preserve_links = true;
    copying.preserve_mode = true;
    copying.preserve_owner = settings.keep_owner;
    copying.preserve_times = settings.keep_time;
    copying.hard_link = settings.link;
    copying.remove_destination = true;
    Copier copier(copying);
    Input names(STDIN_FILENO);
    int status = 0;
    uint64_t bytes = 0;
    while (auto line = names.next_line(settings.separator)) {
        if (line->empty()) continue;
        std::string name(*line), target = join_path(directory, name);
        struct stat info, old;
        if ((settings.follow ? stat(name.c_str(), &info) : lstat(name.c_str(), &info)) != 0) {
            warn("%s: Cannot stat: %m", printable(name).c_str());
            status = 2;
            continue;
        }
        if (settings.make_directories) make_parents(target);
        if (S_ISDIR(info.st_mode)) {
            if (mkdir(target.c_str(), info.st_mode & 07777) != 0 && errno != EEXIST) {
                warn("%s: Cannot make directory: %m", printable(target).c_str());
                status = 2;
                continue;
            }
            chmod(target.c_str(), info.st_mode & 07777);
        } else {
            if (lstat(target.c_str(), &old) == 0 && !settings.unconditional &&
                old.st_mtim.tv_sec >= info.st_mtim.tv_sec) {
                warn("%s not created: newer or same age version exists", printable(target).c_str());
                continue;
            }
            if (!copier.copy(name, target)) {
                status = 2;
                continue;
            }
            if (S_ISREG(info.st_mode) && !settings.link) bytes += static_cast<uint64_t>(info.st_size);
        }
        if (settings.verbose) print_name(target);
    }
    if (names.error()) die_errno(2, input_label("-"), names.error());
    report_blocks(bytes, settings);
    return status;
}

void set_action(CpioSettings& settings, char action) {
    // -t may come with -i.
    if (action == 't' && (settings.action == 'i' || !settings.action)) {
        settings.action = 't';
        return;
    }
    if (action == 'i' && settings.action == 't') return;
    if (settings.action && settings.action != action) usage_error("Mode already defined");
    settings.action = action;
}

void set_option(int option, char* value, CpioSettings& settings) {
    switch (option) {
    case 'i':
    case 'o':
    case 'p':
    case 't':
        set_action(settings, static_cast<char>(option));
        break;
    case '0':
        settings.separator = '\0';
        break;
    case 'a':
        settings.reset_access = true;
        break;
    case 'c':
        settings.format = CpioFormat::odc;
        break;
    case 'D':
        settings.directory = value;
        break;
    case 'd':
        settings.make_directories = true;
        break;
    case 'E': {
        Input input;
        if (!input.open(value)) die_errno(2, value);
        while (auto line = input.next_line()) settings.patterns.emplace_back(*line);
        break;
    }
    case 'f':
        settings.nonmatching = true;
        break;
    case 'F':
    case 'I':
    case 'O':
        settings.archive = value;
        break;
    case 'H': {
        auto format = parse_cpio_format(value);
        if (!format)
            usage_error("invalid archive format '%s'; valid archive formats are: crc newc odc bin", value);
        settings.format = *format;
        break;
    }
    case 'L':
        settings.follow = true;
        break;
    case 'l':
        settings.link = true;
        break;
    case 'm':
        settings.keep_time = true;
        break;
    case 'n':
        settings.numeric = true;
        break;
    case 'R': {
        std::string problem;
        settings.owner = parse_owner(value, problem);
        if (!settings.owner) die(2, "%s: %s", value, problem.c_str());
        break;
    }
    case 'u':
        settings.unconditional = true;
        break;
    case 'v':
        settings.verbose = true;
        break;
    case kQuiet:
        settings.quiet = true;
        break;
    case kAbsolute:
        settings.absolute = true;
        break;
    case kNoAbsolute:
        settings.absolute = false;
        break;
    case kToOutput:
        settings.to_output = true;
        break;
    case kNoOwner:
        settings.keep_owner = false;
        break;
    case kReproducible:
    case kRenumber:
        settings.renumber = true;
        break;
    }
    if (option == kReproducible || option == kIgnoreDevices) settings.ignore_devices = true;
}

int run(Arguments& arguments) {
    CpioSettings settings;
    while (auto option = arguments.next_option()) set_option(*option, arguments.value(), settings);
    if (!settings.action) usage_error("You must specify one of -oipt options.");
    auto operands = arguments.operands();
    if (settings.action == 'p' && operands.size() != 1)
        usage_error("%s", operands.empty() ? "destination directory missing" : "too many arguments");
    if (settings.action == 'o' && !operands.empty()) usage_error("too many arguments");
    Input input;
    bool reads = settings.action == 'i' || settings.action == 't';
    if (reads && !input.open(settings.archive ? settings.archive : "-"))
        die(2, "Cannot open %s: %m", settings.archive);
    if (settings.directory && chdir(settings.directory) != 0)
        die(2, "cannot change to directory `%s': %m", settings.directory);
    if (settings.action == 'o') return cpio_create(settings);
    if (settings.action == 'p') return pass_through(settings, operands[0]);
    for (const char* operand : operands) settings.patterns.emplace_back(operand);
    return cpio_extract(settings, input);
}

constexpr Tool kTool = {
    .name = "cpio",
    .synopsis = "-o [OPTION]... < NAMES > ARCHIVE\n-i [OPTION]... [PATTERN]... < ARCHIVE\n-p [OPTION]... "
                "DIRECTORY < NAMES",
    .summary = "Copy files to and from archives.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace

void report_blocks(uint64_t bytes, const CpioSettings& settings) {
    if (settings.quiet) return;
    uint64_t blocks = (bytes + 511) / 512;
    std::string text = std::to_string(blocks) + (blocks == 1 ? " block\n" : " blocks\n");
    out.flush();
    ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
    static_cast<void>(ignored);
}

// Beside the archive and what is extracted to standard output.
void print_name(std::string_view name) {
    std::string line = printable(name) + "\n";
    out.flush();
    ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
    static_cast<void>(ignored);
}

} // namespace coreutils
