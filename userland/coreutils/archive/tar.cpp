// tar: creates, lists and extracts archives (ustar and pax, POSIX.1-2017 pax; options as GNU's).
#include "archive/tar_settings.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "lib/date_parse.h"
#include "lib/identity.h"
#include "lib/numbers.h"

#include <string.h>
#include <sys/stat.h>

namespace coreutils {
namespace {

enum : int {
    kExclude = kLongOnly,
    kStrip,
    kOwner,
    kGroup,
    kMtime,
    kNumeric,
    kSameOwner,
    kNoSameOwner,
    kNoRecursion,
    kOneFileSystem,
    kKeepNewer,
    kZstd,
    kNoSamePermissions,
    kFormat,
    kNull,
    kMode,
    kOverwrite,
    kFullTime,
    kTransform,
};

constexpr Option kOptions[] = {
    {'c', "create", nullptr, "create a new archive"},
    {'x', "extract", nullptr, "extract files from an archive"},
    {'x', "get", nullptr, nullptr},
    {'t', "list", nullptr, "list the contents of an archive"},
    {'r', "append", nullptr, "append files to the end of an archive"},
    {'f', "file", "ARCHIVE", "use archive file ARCHIVE; - is standard input or output"},
    {'v', "verbose", nullptr, "list files processed; twice: with all attributes"},
    {'C', "directory", "DIR", "change to directory DIR"},
    {'z', "gzip", nullptr, "filter the archive through gzip"},
    {'j', "bzip2", nullptr, "filter the archive through bzip2"},
    {'J', "xz", nullptr, "filter the archive through xz"},
    {kZstd, "zstd", nullptr, "filter the archive through zstd"},
    {'I', "use-compress-program", "PROG", "filter the archive through PROG (it must accept -d)"},
    {'a', "auto-compress", nullptr, "use the archive's suffix to find the compressor"},
    {'O', "to-stdout", nullptr, "extract files to standard output"},
    {'k', "keep-old-files", nullptr, "don't replace existing files when extracting, treat them as errors"},
    {kKeepNewer, "keep-newer-files", nullptr, "don't replace existing files that are newer"},
    {kOverwrite, "overwrite", nullptr, "write over existing files instead of replacing them"},
    {'U', "unlink-first", nullptr, "remove each file prior to extracting over it (always done)"},
    {'m', "touch", nullptr, "don't extract file modified time"},
    {'p', "preserve-permissions", nullptr, "extract all file permissions (default for root)"},
    {'p', "same-permissions", nullptr, nullptr},
    {kNoSamePermissions, "no-same-permissions", nullptr, "apply the user's umask"},
    {kSameOwner, "same-owner", nullptr, "try extracting files with the same ownership (default for root)"},
    {'o', "no-same-owner", nullptr, "extract files as yourself"},
    {kNumeric, "numeric-owner", nullptr, "always use numbers for user/group names"},
    {kOwner, "owner", "NAME", "force NAME as owner for added files"},
    {kGroup, "group", "NAME", "force NAME as group for added files"},
    {kMode, "mode", "CHANGES", "force CHANGES of the mode for added files"},
    {kMtime, "mtime", "DATE", "set modification time for added files"},
    {'h', "dereference", nullptr, "follow symbolic links; archive the files they point to"},
    {kExclude, "exclude", "PATTERN", "exclude files that match PATTERN"},
    {'X', "exclude-from", "FILE", "exclude patterns listed in FILE"},
    {'T', "files-from", "FILE", "get names to extract or create from FILE"},
    {kNull, "null", nullptr, "the names in the FILE of a following -T end in NUL"},
    {kTransform, "transform", "EXPRESSION", "replace names by the s/REGEX/TEXT/ of sed"},
    {kTransform, "xform", "EXPRESSION", nullptr},
    {kFullTime, "full-time", nullptr, "list times with their seconds and fractions"},
    {kStrip, "strip-components", "N", "strip N leading components from names on extraction"},
    {'P', "absolute-names", nullptr, "don't strip leading '/'s from names"},
    {kNoRecursion, "no-recursion", nullptr, "don't descend into directories"},
    {kOneFileSystem, "one-file-system", nullptr, "stay on one file system when creating"},
    {kFormat, "format", "FORMAT", nullptr},
};

void read_list(const char* file, char end, std::vector<std::string>& lines) {
    Input input;
    if (!input.open(file)) die(2, "%s: Cannot open: %m", file);
    while (auto line = input.next_line(end))
        if (!line->empty()) lines.emplace_back(*line);
    if (input.error()) die_errno(2, file, input.error());
}

// NAME, NUMBER or NAME:NUMBER.
template <typename Id, typename Parse>
void parse_identity(const char* text, std::optional<Id>& id, std::string& name, Parse parse,
                    const char* what) {
    const char* colon = strchr(text, ':');
    if (colon) {
        auto number = parse_unsigned(colon + 1);
        if (!number) die(2, "invalid %s: '%s'", what, text);
        id = static_cast<Id>(*number);
        name.assign(text, static_cast<size_t>(colon - text));
        return;
    }
    auto known = parse(text);
    if (!known) die(2, "invalid %s: '%s'", what, text);
    id = *known;
    if (!parse_unsigned(text)) name = text;
}

timespec parse_mtime(const char* text) {
    if (*text == '/' || *text == '.') {
        struct stat info;
        if (stat(text, &info) != 0) die(2, "%s: %m", text);
        return info.st_mtim;
    }
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    auto time = parse_date(text, now);
    if (!time) die(2, "invalid date: '%s'", text);
    return *time;
}

void parse_option(int option, char* value, TarSettings& settings) {
    switch (option) {
    case 'c':
    case 'x':
    case 't':
    case 'r':
        if (settings.action && settings.action != option)
            usage_error("You may not specify more than one of -cxtr");
        settings.action = static_cast<char>(option);
        break;
    case 'f':
        settings.archive = value;
        break;
    case 'v':
        ++settings.verbose;
        break;
    case 'C':
        settings.operands.push_back({value, true});
        break;
    case 'z':
        settings.compressor = "gzip";
        break;
    case 'j':
        settings.compressor = "bzip2";
        break;
    case 'J':
        settings.compressor = "xz";
        break;
    case kZstd:
        settings.compressor = "zstd";
        break;
    case 'I':
        settings.compressor = value;
        break;
    case 'a':
        settings.by_suffix = true;
        break;
    case kNull:
        settings.null_ended = true;
        break;
    case kMode:
        settings.mode = ModeChange::parse(value);
        if (!settings.mode) die(2, "Invalid mode given on option: '%s'", value);
        break;
    case kOverwrite:
        settings.overwrite = true;
        break;
    case kFullTime:
        settings.full_time = true;
        break;
    case kTransform:
        if (!settings.transform.add(value)) die(2, "Invalid transform expression: '%s'", value);
        break;
    case 'O':
        settings.to_output = true;
        break;
    case 'k':
        settings.keep_old = true;
        break;
    case kKeepNewer:
        settings.keep_newer = true;
        break;
    case 'm':
        settings.no_times = true;
        break;
    case 'p':
        settings.same_permissions = true;
        break;
    case kSameOwner:
    case 'o':
        settings.same_owner = option == kSameOwner;
        break;
    case kNumeric:
        settings.numeric = true;
        break;
    case kOwner:
        parse_identity(value, settings.owner, settings.owner_name, parse_user, "owner");
        break;
    case kGroup:
        parse_identity(value, settings.group, settings.group_name, parse_group, "group");
        break;
    case kMtime:
        settings.time = parse_mtime(value);
        break;
    case 'h':
        settings.follow_links = true;
        break;
    case kExclude:
        settings.excludes.emplace_back(value);
        break;
    case 'X':
        read_list(value, '\n', settings.excludes);
        break;
    case 'T': {
        std::vector<std::string> names;
        read_list(value, settings.null_ended ? '\0' : '\n', names);
        for (std::string& name : names) settings.operands.push_back({name, false});
        break;
    }
    case kStrip:
        settings.strip_components = static_cast<unsigned>(unsigned_or_die(value, "number of elements"));
        break;
    case 'P':
        settings.absolute_names = true;
        break;
    case kNoRecursion:
        settings.no_recursion = true;
        break;
    case kOneFileSystem:
        settings.one_file_system = true;
        break;
    }
}

// "tar xzf FILE": the first word without a dash. Each letter that takes a value takes the next operand.
std::vector<char*> expand_old_style(std::span<char*> words) {
    std::vector<char*> result;
    if (words.empty() || words[0][0] == '-' || !words[0][0]) return {words.begin(), words.end()};
    size_t next = 1;
    for (const char* letter = words[0]; *letter; ++letter) {
        char* option = new char[3]{'-', *letter, '\0'}; // lives as long as the arguments
        result.push_back(option);
        if (strchr("fCTXI", *letter)) {
            if (next >= words.size()) usage_error("Old option '%c' requires an argument.", *letter);
            result.push_back(words[next++]);
        }
    }
    result.insert(result.end(), words.begin() + static_cast<ptrdiff_t>(next), words.end());
    return result;
}

int run(Arguments& raw) {
    static Tool parsed = current_tool();
    parsed.order = OperandOrder::options_first; // -C holds for the operands behind it
    std::vector<char*> words = expand_old_style(raw.operands());
    TarSettings settings;
    static char name[] = "tar";
    while (!words.empty()) {
        std::vector<char*> line = {name};
        line.insert(line.end(), words.begin(), words.end());
        Arguments arguments(parsed, line);
        char* value = nullptr;
        while (auto option = arguments.next_option())
            parse_option(*option, value = arguments.value(), settings);
        auto rest = arguments.operands();
        words.clear();
        if (rest.empty()) break;
        // Behind -- all are names.
        const char* before = line[line.size() - rest.size() - 1];
        bool only_names = before != value && strcmp(before, "--") == 0;
        size_t count = only_names ? rest.size() : 1;
        for (const char* operand : rest.first(count)) settings.operands.push_back({operand, false});
        words.assign(rest.begin() + static_cast<ptrdiff_t>(count), rest.end());
    }
    if (!settings.action) usage_error("You must specify one of the options -c, -x, -t, -r");
    if (settings.by_suffix && settings.archive && settings.compressor.empty()) {
        std::string_view archive = settings.archive;
        settings.compressor = archive.ends_with(".gz") || archive.ends_with(".tgz")     ? "gzip"
                              : archive.ends_with(".bz2") || archive.ends_with(".tbz2") ? "bzip2"
                              : archive.ends_with(".xz") || archive.ends_with(".txz")   ? "xz"
                              : archive.ends_with(".zst")                               ? "zstd"
                                                                                        : "";
    }
    if (settings.action == 'x' || settings.action == 't') return tar_extract(settings);
    bool names = false;
    for (const TarSettings::Operand& operand : settings.operands) names |= !operand.is_directory;
    if (!names) usage_error("Cowardly refusing to create an empty archive");
    return tar_create(settings);
}

constexpr Tool kTool = {
    .name = "tar",
    .synopsis = "-c|-x|-t|-r [OPTION]... [FILE]...",
    .summary = "Store files in an archive, or restore them from one.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::raw,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
