#include "grep/files.h"

#include "framework/diagnostics.h"
#include "lib/path.h"
#include "lib/walk.h"
#include "grep/search.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::grep {

void Grep::problem(std::string_view name, int error) {
    failed_ = true;
    if (!settings_.silent_errors) warn_errno(name, error);
}

bool Grep::is_excluded(const char* name, bool on_command_line) const {
    // The last rule that matches decides; with only includes, what none of them names is out.
    const char* base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    bool excluded = !settings_.file_rules.empty() && settings_.file_rules.front().include;
    for (const Settings::Rule& rule : settings_.file_rules)
        if (fnmatch(rule.glob, base, 0) == 0 || fnmatch(rule.glob, name, 0) == 0) excluded = !rule.include;
    return excluded;
}

bool Grep::is_excluded_directory(const char* name) const {
    std::string_view trimmed = name;
    while (trimmed.size() > 1 && trimmed.ends_with('/')) trimmed.remove_suffix(1);
    std::string text(trimmed);
    const char* base = strrchr(text.c_str(), '/') ? strrchr(text.c_str(), '/') + 1 : text.c_str();
    for (const char* glob : settings_.excluded_directories) {
        std::string pattern = glob;
        while (pattern.size() > 1 && pattern.ends_with('/')) pattern.pop_back();
        if (fnmatch(pattern.c_str(), base, 0) == 0 || fnmatch(pattern.c_str(), text.c_str(), 0) == 0)
            return true;
    }
    return false;
}

void Grep::search_open(Input& input, const char* name) {
    Search search(settings_, matcher_, with_names_);
    bool found = search.run(input, name);
    selected_ = selected_ || found;
    if (input.error()) problem(name, input.error());
    if (found && settings_.listing == Listing::nothing) finish(0);
    // The next reader goes on behind the last selected line.
    if (settings_.most != UINT64_MAX && input.fd() == STDIN_FILENO && !input.buffered().empty())
        lseek(STDIN_FILENO, -static_cast<off_t>(input.buffered().size()), SEEK_CUR);
}

void Grep::search_file(const char* path, bool on_command_line, int fd, const char* name) {
    if (!name) name = path;
    if (strcmp(path, "-") == 0 && on_command_line) {
        Input input(STDIN_FILENO);
        return search_open(input, settings_.label);
    }
    if (is_excluded(path, on_command_line)) return;
    struct stat info;
    bool careful = settings_.directories == Directories::skip || settings_.skip_devices ||
                   (!on_command_line && !settings_.devices_given);
    if (careful && fstatat(fd, name, &info, 0) == 0) {
        if (S_ISDIR(info.st_mode) && settings_.directories == Directories::skip) return;
        bool device = S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode) || S_ISFIFO(info.st_mode) ||
                      S_ISSOCK(info.st_mode);
        if (device && (settings_.skip_devices || !on_command_line)) return;
    }
    int file = openat(fd, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return problem(path, errno);
    Input input(file);
    search_open(input, path);
}

void Grep::search_tree(const char* root, bool implied) {
    Walk walk(settings_.directories == Directories::recurse_follow ? Follow::always : Follow::roots);
    walk.start(root);
    while (walk.next()) {
        // Without operands names have no "./" in front.
        const char* path = walk.path().c_str();
        if (implied && strncmp(path, "./", 2) == 0) path += 2;
        switch (walk.visit()) {
        case Walk::Visit::directory:
            if (!(implied && walk.depth() == 0) &&
                is_excluded_directory(walk.depth() == 0 ? path : walk.name()))
                walk.skip();
            break;
        case Walk::Visit::directory_done:
            break;
        case Walk::Visit::cycle:
            warn("%s: warning: recursive directory loop", path);
            break;
        case Walk::Visit::failed:
            problem(path, walk.error());
            break;
        case Walk::Visit::file:
            // -r does not follow links met on the way.
            if (walk.depth() > 0 && walk.type() == DT_LNK && settings_.directories == Directories::recurse)
                break;
            search_file(path, walk.depth() == 0, walk.directory_fd(), walk.name());
            break;
        }
    }
}

int Grep::run(std::span<char*> operands) {
    with_names_ = settings_.names == Names::always ||
                  (settings_.names == Names::automatic && (operands.size() > 1 || recursive()));
    static char dash[] = "-", here[] = ".";
    static char* standard_input[] = {dash};
    static char* this_directory[] = {here};
    bool implied = operands.empty() && recursive();
    if (operands.empty())
        operands = recursive() ? std::span<char*>(this_directory) : std::span<char*>(standard_input);
    // One file under -r is named only when it turns out to be a directory.
    bool only_file = settings_.names == Names::automatic && operands.size() == 1 && recursive() && !implied;
    if (only_file && strcmp(operands[0], "-") != 0) with_names_ = is_directory(operands[0]);
    if (only_file && strcmp(operands[0], "-") == 0) with_names_ = false;
    for (const char* operand : operands) {
        if (recursive() && strcmp(operand, "-") != 0)
            search_tree(operand, implied);
        else
            search_file(operand, true);
    }
    if (failed_) return selected_ && settings_.listing == Listing::nothing ? 0 : 2;
    return selected_ ? 0 : 1;
}

} // namespace coreutils::grep
