// cp: POSIX.1-2017 and GNU's -a -b -d -l -s -t -T -u -x --parents --preserve --remove-destination.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/copy.h"
#include "lib/path.h"
#include "lib/targets.h"

#include <algorithm>
#include <initializer_list>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int {
    kParents = kLongOnly,
    kPreserve,
    kNoPreserve,
    kRemoveDestination,
    kAttributesOnly,
    kStripSlashes,
    kSparse,
    kReflink,
    kCopyContents,
};

constexpr Option kOptions[] = {
    {'a', "archive", nullptr, "same as -dR --preserve=all"},
    {kAttributesOnly, "attributes-only", nullptr, "don't copy the file data, just the attributes"},
    {kCopyContents, "copy-contents", nullptr, "copy contents of special files when recursive"},
    MARTLET_BACKUP_OPTIONS,
    {'d', nullptr, nullptr, "same as --no-dereference --preserve=links"},
    {'f', "force", nullptr, "if a destination cannot be opened, remove it and try again"},
    {'i', "interactive", nullptr, "prompt before overwrite"},
    {'H', nullptr, nullptr, "follow command-line symbolic links in SOURCE"},
    {'l', "link", nullptr, "hard link files instead of copying"},
    {'L', "dereference", nullptr, "always follow symbolic links in SOURCE"},
    {'n', "no-clobber", nullptr, "do not overwrite an existing file (overrides -i)"},
    {'P', "no-dereference", nullptr, "never follow symbolic links in SOURCE"},
    {'p', nullptr, nullptr, "same as --preserve=mode,ownership,timestamps"},
    {kPreserve, "preserve", "[LIST]", "preserve mode, ownership, timestamps, links, all"},
    {kNoPreserve, "no-preserve", "LIST", "don't preserve the specified attributes"},
    {kParents, "parents", nullptr, "use full source file name under DIRECTORY"},
    {'r', "recursive", nullptr, "copy directories recursively"},
    {'R', "recursive", nullptr, "the same as -r"},
    {kReflink, "reflink", "[WHEN]", "share the blocks: always (or fail), auto (default), or never"},
    {kRemoveDestination, "remove-destination", nullptr, "remove each existing destination before opening it"},
    {kSparse, "sparse", "WHEN", "keep holes: auto (default), always, or never"},
    {kStripSlashes, "strip-trailing-slashes", nullptr, "remove trailing slashes from each SOURCE"},
    {'s', "symbolic-link", nullptr, "make symbolic links instead of copying"},
    {'t', "target-directory", "DIRECTORY", "copy all SOURCE arguments into DIRECTORY"},
    {'T', "no-target-directory", nullptr, "treat DEST as a normal file"},
    {'u', "update", nullptr, "copy only when the SOURCE is newer or the destination is missing"},
    {'v', "verbose", nullptr, "explain what is being done"},
    {'x', "one-file-system", nullptr, "stay on this file system"},
};

void set_preserved(CopySettings& settings, std::string_view list, bool value) {
    while (!list.empty()) {
        size_t comma = list.find(',');
        std::string_view word = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
        bool all = word == "all";
        if (!all && word != "mode" && word != "ownership" && word != "timestamps" && word != "links" &&
            word != "context" && word != "xattr")
            usage_error("invalid argument '%.*s' for '--preserve'", static_cast<int>(word.size()),
                        word.data());
        if (all || word == "mode") settings.preserve_mode = value, settings.default_mode = !value;
        if (all || word == "ownership") settings.preserve_owner = value;
        if (all || word == "timestamps") settings.preserve_times = value;
        if (all || word == "links") settings.preserve_links = value;
    }
}

// The index of the word that `value` is.
size_t choose(const char* option, std::string_view value, std::initializer_list<std::string_view> words) {
    auto found = std::find(words.begin(), words.end(), value);
    if (found == words.end())
        usage_error("invalid argument '%.*s' for '%s'", static_cast<int>(value.size()), value.data(), option);
    return static_cast<size_t>(found - words.begin());
}

struct Request {
    CopySettings copy;
    const char* directory = nullptr;
    bool no_directory = false, parents = false, strip = false, follow_given = false;
};

void take_option(Request& request, int id, const char* value) {
    CopySettings& copy = request.copy;
    if (copy.backups.take(id, value)) return;
    auto follow = [&](Follow how) {
        copy.follow = how;
        request.follow_given = true;
    };
    switch (id) {
    case 'a':
        copy.recursive = true;
        follow(Follow::never);
        set_preserved(copy, "all", true);
        break;
    case kAttributesOnly:
        copy.attributes_only = true;
        break;
    case kCopyContents:
        copy.keep_special = false;
        break;
    case 'd':
        follow(Follow::never), copy.preserve_links = true;
        break;
    case 'f':
        copy.force = true;
        break;
    case 'i':
        copy.overwrite = Overwrite::ask;
        break;
    case 'n':
        copy.overwrite = Overwrite::never;
        break;
    case 'H':
        follow(Follow::roots);
        break;
    case 'L':
        follow(Follow::always);
        break;
    case 'P':
        follow(Follow::never);
        break;
    case 'l':
        copy.hard_link = true;
        break;
    case 's':
        copy.symbolic_link = true;
        break;
    case 'p':
        set_preserved(copy, "mode,ownership,timestamps", true);
        break;
    case kPreserve:
        set_preserved(copy, value ? value : "mode,ownership,timestamps", true);
        break;
    case kNoPreserve:
        set_preserved(copy, value, false);
        break;
    case kParents:
        request.parents = true;
        break;
    case 'r':
    case 'R':
        copy.recursive = true;
        break;
    case kRemoveDestination:
        copy.remove_destination = true;
        break;
    case kSparse:
        copy.holes = static_cast<Holes>(choose("--sparse", value, {"never", "auto", "always"}));
        break;
    case kReflink:
        copy.clone_only = !value || choose("--reflink", value, {"never", "auto", "always"}) == 2;
        break;
    case kStripSlashes:
        request.strip = true;
        break;
    case 't':
        request.directory = value;
        break;
    case 'T':
        request.no_directory = true;
        break;
    case 'u':
        copy.only_newer = true;
        break;
    case 'v':
        copy.verbose = true;
        break;
    case 'x':
        copy.one_file_system = true;
        break;
    }
}

bool is_regular(const std::string& path) {
    struct stat info;
    return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

int run(Arguments& arguments) {
    Request request;
    while (auto option = arguments.next_option()) take_option(request, *option, arguments.value());
    CopySettings& copy = request.copy;
    // Without -H, -L, -P: links are followed, except in trees that are not linked.
    if (!request.follow_given && copy.recursive && !copy.hard_link) copy.follow = Follow::never;
    if (copy.backups.wanted() && copy.overwrite == Overwrite::never)
        usage_error("options --backup and --no-clobber are mutually exclusive");
    if (copy.hard_link && copy.symbolic_link) usage_error("cannot make both hard and symbolic links");
    if (copy.clone_only && copy.holes != Holes::keep)
        usage_error("--reflink can be used only with --sparse=auto");
    Targets targets = read_targets(arguments.operands(), request.directory,
                                   request.no_directory ? TargetKind::file : TargetKind::guess);
    if (request.parents && !targets.into_directory)
        usage_error("with --parents, the destination must be a directory");
    out.defer_errors();
    Copier copier(copy);
    bool good = true;
    for (char* operand : targets.sources) {
        std::string source = operand;
        if (request.strip)
            while (source.size() > 1 && source.ends_with('/')) source.pop_back();
        std::string destination;
        if (request.parents) {
            if (!copier.make_parents(source, targets.target)) {
                good = false;
                continue;
            }
            destination = join_path(targets.target, source);
        } else {
            std::string_view name = base_name(source);
            // The contents of `..` go into the directory itself.
            destination = targets.into_directory && name == ".." ? targets.target + "/."
                                                                 : targets.path_for(source.c_str());
        }
        if (copy.force && copy.backups.wanted() && source == destination && is_regular(source)) {
            // `cp -f -b FILE FILE` makes a backup.
            CopySettings plain = copy;
            plain.backups = {};
            good = Copier(plain).copy(source, copy.backups.name_for(source)) && good;
            continue;
        }
        good = copier.copy(source, destination) && good;
        if (request.parents) good = copier.finish_parents() && good;
    }
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "cp",
    .synopsis =
        "[OPTION]... [-T] SOURCE DEST\n[OPTION]... SOURCE... DIRECTORY\n[OPTION]... -t DIRECTORY SOURCE...",
    .summary = "Copy SOURCE to DEST, or multiple SOURCEs to DIRECTORY.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
