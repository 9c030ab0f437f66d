// find: POSIX.1-2017 and GNU's common primaries.
#include "files/find_expression.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <errno.h>
#include <string.h>

namespace coreutils::find {
namespace {

void visit(Node& root, Walk& walk, Settings& settings) {
    if (walk.depth() < settings.min_depth || walk.depth() > settings.max_depth) return;
    File file(walk, settings);
    root.evaluate(file);
}

void search(const char* path, Node& root, Settings& settings) {
    Walk walk(settings.follow);
    walk.start(path);
    dev_t device = 0;
    while (!settings.quit && walk.next()) {
        switch (walk.visit()) {
        case Walk::Visit::failed:
            warn_errno(walk.path(), walk.error());
            settings.status = 1;
            break;
        case Walk::Visit::cycle:
            warn("%s: file system loop detected", walk.path().c_str());
            settings.status = 1;
            break;
        case Walk::Visit::file:
            visit(root, walk, settings);
            break;
        case Walk::Visit::directory: {
            bool skip = walk.depth() >= settings.max_depth;
            struct stat info;
            if (settings.one_file_system && walk.stat(info)) {
                if (walk.depth() == 0) device = info.st_dev;
                skip = skip || info.st_dev != device;
            }
            if (!settings.depth_first) visit(root, walk, settings);
            if (skip) walk.skip();
            break;
        }
        case Walk::Visit::directory_done:
            if (settings.depth_first) visit(root, walk, settings);
            break;
        }
    }
}

int run(Arguments& arguments) {
    Settings settings;
    clock_gettime(CLOCK_REALTIME, &settings.now);
    auto words = arguments.operands();
    while (!words.empty()) {
        std::string_view word = words[0];
        if (word == "-H")
            settings.follow = Follow::roots;
        else if (word == "-L")
            settings.follow = Follow::always;
        else if (word == "-P")
            settings.follow = Follow::never;
        else if (!word.starts_with("-O") && word != "--")
            break;
        words = words.subspan(1);
        if (word == "--") break;
    }
    size_t paths = 0;
    while (paths < words.size()) {
        const char* word = words[paths];
        if ((word[0] == '-' && word[1]) || strcmp(word, "(") == 0 || strcmp(word, "!") == 0 ||
            strcmp(word, ")") == 0 || strcmp(word, ",") == 0)
            break;
        ++paths;
    }
    Parsed parsed = parse_expression(words.subspan(paths), settings);
    static char here[] = ".";
    static char* only_here[] = {here};
    auto operands = paths ? words.first(paths) : std::span<char*>(only_here);
    for (const char* path : operands) {
        if (settings.quit) break;
        search(path, *parsed.root, settings);
    }
    parsed.root->finish();
    return settings.status;
}

constexpr Tool kTool = {
    .name = "find",
    .synopsis = "[-H|-L|-P] [PATH]... [EXPRESSION]",
    .summary = "Search for files in directory trees.",
    .run = run,
    .order = OperandOrder::raw,
    .notes =
        "Operators: ( E ), ! E, E1 [-a] E2, E1 -o E2, E1 , E2\n"
        "Options:   -depth -maxdepth N -mindepth N -xdev -follow -daystart -regextype T\n"
        "Tests (N is N, +N or -N): -name -iname -path -ipath -regex -iregex -lname -ilname GLOB; -type "
        "-xtype [bcdflps];\n"
        "  -size N[bcwkMG] -empty -links N -inum N -perm [-/]MODE -user -group -uid -gid -nouser -nogroup;\n"
        "  -mtime -atime -ctime -mmin -amin -cmin N; -newer -anewer -cnewer -newerXY -samefile FILE; -fstype "
        "TYPE;\n"
        "  -readable -writable -executable -true -false\n"
        "Actions:   -print -print0 -printf FORMAT -ls -delete -prune -quit;\n"
        "  -exec COMMAND ;  -exec COMMAND {} +  -ok COMMAND ;  -execdir COMMAND ;  -okdir COMMAND ;",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::find
