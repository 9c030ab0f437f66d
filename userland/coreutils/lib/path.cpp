#include "lib/path.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"
#include "lib/deep_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {

std::string_view base_name(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    if (path == "/") return path;
    return path.substr(path.rfind('/') + 1);
}

std::string_view directory_name(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    std::string_view parent = path.substr(0, slash);
    while (parent.ends_with('/')) parent.remove_suffix(1);
    return parent.empty() ? "/" : parent;
}

std::string join_path(std::string_view directory, std::string_view name) {
    std::string path(directory);
    if (!path.empty() && !path.ends_with('/')) path.push_back('/');
    return path.append(name);
}

bool is_directory(const char* path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

std::optional<std::string> read_link_at(int directory_fd, const char* name) {
    std::string target(128, '\0');
    for (;;) {
        ssize_t length = readlinkat(directory_fd, name, target.data(), target.size());
        if (length < 0) return std::nullopt;
        if (static_cast<size_t>(length) < target.size()) {
            target.resize(static_cast<size_t>(length));
            return target;
        }
        target.resize(target.size() * 2);
    }
}

std::optional<std::string> read_link(const char* path) { return read_link_at(AT_FDCWD, path); }

std::optional<std::string> working_directory() {
    std::string path(PATH_MAX, '\0');
    while (!getcwd(path.data(), path.size())) {
        if (errno != ERANGE || path.size() > (1u << 20)) return std::nullopt;
        path.resize(path.size() * 2);
    }
    path.resize(path.find('\0'));
    return path;
}

void make_parents(const std::string& path) {
    for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
        deep::mkdir(path.substr(0, slash), 0777);
}

bool ask(const char* format, ...) {
    char question[PATH_MAX * 2 + 128];
    va_list list;
    va_start(list, format);
    vsnprintf(question, sizeof question, format, list);
    va_end(list);
    out.flush();
    std::string line = std::string(current_tool().name) + ": " + question + " ";
    if (write(STDERR_FILENO, line.data(), line.size()) < 0) return false;
    // Byte by byte: what follows the answer belongs to the next question, or to another process.
    bool yes = false, first = true;
    for (char byte; read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n'; first = false)
        if (first) yes = byte == 'y' || byte == 'Y';
    return yes;
}

} // namespace coreutils
