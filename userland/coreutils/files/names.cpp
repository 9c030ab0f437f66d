// basename, dirname, readlink, realpath: path names as text and as files. POSIX.1-2017 and GNU.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"
#include "lib/resolve.h"

namespace coreutils {
namespace {

constexpr Option kBasenameOptions[] = {
    {'a', "multiple", nullptr, "support multiple arguments and treat each as a NAME"},
    {'s', "suffix", "SUFFIX", "remove a trailing SUFFIX; implies -a"},
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

int run_basename(Arguments& arguments) {
    bool multiple = false;
    std::string_view suffix;
    char end = '\n';
    while (auto option = arguments.next_option()) {
        if (*option == 'a') multiple = true;
        if (*option == 's') multiple = true, suffix = arguments.value();
        if (*option == 'z') end = '\0';
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (!multiple && operands.size() > 2) extra_operand(operands[2]);
    if (!multiple && operands.size() == 2) {
        suffix = operands[1];
        operands = operands.first(1);
    }
    for (const char* operand : operands) {
        std::string_view name = base_name(operand);
        if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
        out.write(name);
        out.put(end);
    }
    return 0;
}

constexpr Tool kBasename = {
    .name = "basename",
    .synopsis = "NAME [SUFFIX]\nOPTION... NAME...",
    .summary = "Print NAME with any leading directory components removed.",
    .options = kBasenameOptions,
    .run = run_basename,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kBasename);

constexpr Option kDirnameOptions[] = {
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

int run_dirname(Arguments& arguments) {
    char end = '\n';
    while (arguments.next_option()) end = '\0';
    if (arguments.operands().empty()) missing_operand();
    for (const char* operand : arguments.operands()) {
        out.write(directory_name(operand));
        out.put(end);
    }
    return 0;
}

constexpr Tool kDirname = {
    .name = "dirname",
    .synopsis = "[OPTION] NAME...",
    .summary = "Print each NAME with its last component and trailing slashes removed.",
    .options = kDirnameOptions,
    .run = run_dirname,
};
MARTLET_REGISTER_TOOL(kDirname);

constexpr Option kReadlinkOptions[] = {
    {'f', "canonicalize", nullptr, "canonicalize: all but the last component must exist"},
    {'e', "canonicalize-existing", nullptr, "canonicalize: all components must exist"},
    {'m', "canonicalize-missing", nullptr, "canonicalize without requirements on existence"},
    {'n', "no-newline", nullptr, "do not output the trailing delimiter"},
    {'q', "quiet", nullptr, "suppress most error messages (default)"},
    {'s', "silent", nullptr, "the same as -q"},
    {'v', "verbose", nullptr, "report error messages"},
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

int run_readlink(Arguments& arguments) {
    int canonical = 0;
    bool newline = true, verbose = false;
    char end = '\n';
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'n': newline = false; break;
        case 'q':
        case 's': verbose = false; break;
        case 'v': verbose = true; break;
        case 'z': end = '\0'; break;
        default: canonical = *option;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() > 1) newline = true;
    int status = 0;
    for (const char* operand : operands) {
        Missing missing = canonical == 'e' ? Missing::none : canonical == 'f' ? Missing::last : Missing::any;
        auto target = canonical ? resolve_path(operand, missing) : read_link(operand);
        if (!target) {
            if (verbose) warn_errno(operand);
            status = 1;
            continue;
        }
        out.write(*target);
        if (newline) out.put(end);
    }
    return status;
}

constexpr Tool kReadlink = {
    .name = "readlink",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Print the value of a symbolic link or a canonical file name.",
    .options = kReadlinkOptions,
    .run = run_readlink,
};
MARTLET_REGISTER_TOOL(kReadlink);

enum : int { kRelativeTo = kLongOnly, kRelativeBase };

constexpr Option kRealpathOptions[] = {
    {'e', "canonicalize-existing", nullptr, "all components of the path must exist"},
    {'m', "canonicalize-missing", nullptr, "no path components need exist or be a directory"},
    {'L', "logical", nullptr, "resolve '..' components before symlinks"},
    {'P', "physical", nullptr, "resolve symlinks as encountered (default)"},
    {'q', "quiet", nullptr, "suppress most error messages"},
    {kRelativeTo, "relative-to", "DIR", "print the resolved path relative to DIR"},
    {kRelativeBase, "relative-base", "DIR", "print absolute paths unless paths are below DIR"},
    {'s', "strip", nullptr, "don't expand symlinks"},
    {'s', "no-symlinks", nullptr, nullptr},
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

bool is_below(std::string_view path, std::string_view base) {
    return base == "/" || path == base || (path.starts_with(base) && path[base.size()] == '/');
}

int run_realpath(Arguments& arguments) {
    Missing missing = Missing::last;
    Links links = Links::physical;
    bool quiet = false;
    char end = '\n';
    const char *relative_to = nullptr, *relative_base = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'e': missing = Missing::none; break;
        case 'm': missing = Missing::any; break;
        case 'L': links = Links::logical; break;
        case 'P': links = Links::physical; break;
        case 's': links = Links::none; break;
        case 'q': quiet = true; break;
        case 'z': end = '\0'; break;
        case kRelativeTo: relative_to = arguments.value(); break;
        case kRelativeBase: relative_base = arguments.value(); break;
        }
    }
    if (arguments.operands().empty()) missing_operand();
    auto resolve = [&](const char* path) {
        // -L takes `..` away as text before links are followed.
        if (links != Links::logical) return resolve_path(path, missing, links);
        auto plain = resolve_path(path, Missing::any, Links::none);
        return plain ? resolve_path(*plain, missing) : plain;
    };
    auto reference = [&](const char* path) {
        auto resolved = resolve(path);
        if (!resolved) die_errno(1, path);
        return *resolved;
    };
    std::string to = relative_to ? reference(relative_to) : "";
    std::string base = relative_base ? reference(relative_base) : "";
    if (relative_base && !relative_to) to = base;
    if (relative_base && relative_to && !is_below(to, base)) to.clear();
    int status = 0;
    for (const char* operand : arguments.operands()) {
        auto path = resolve(operand);
        if (!path) {
            if (!quiet) warn_errno(operand);
            status = 1;
            continue;
        }
        bool relative = !to.empty() && (base.empty() || is_below(*path, base));
        out.write(relative ? relative_path(*path, to) : *path);
        out.put(end);
    }
    return status;
}

constexpr Tool kRealpath = {
    .name = "realpath",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Print the resolved absolute file name.",
    .options = kRealpathOptions,
    .run = run_realpath,
};
MARTLET_REGISTER_TOOL(kRealpath);

}  // namespace
}  // namespace coreutils
