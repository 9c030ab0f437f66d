// sysctl: the kernel's parameters below /proc/sys, as procps has it: a.b.c and a/b/c are /proc/sys/a/b/c.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/order.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "print all parameters"},
    {'A', nullptr, nullptr, nullptr},
    {'e', "ignore", nullptr, "say nothing of unknown names"},
    {'n', "values", nullptr, "print values without names"},
    {'N', "names", nullptr, "print names without values"},
    {'p', "load", "[FILE]", "set what the lines NAME = VALUE of FILE say (/etc/sysctl.conf)"},
    {'q', "quiet", nullptr, "don't print what is set"},
    {'w', "write", nullptr, "all operands are NAME=VALUE"},
};

constexpr std::string_view kRoot = "/proc/sys/";

struct Form {
    bool values = false, names = false, ignore = false, quiet = false, write = false;
};

/// The first separator says which of the two is one; the other belongs to the names.
std::string path_of(std::string_view name) {
    std::string path(name);
    size_t first = path.find_first_of("./");
    if (first != path.npos && path[first] == '.')
        for (char& each : path) each = each == '.' ? '/' : each == '/' ? '.' : each;
    return std::string(kRoot) + path;
}

std::string name_of(std::string_view path) {
    std::string name(path.substr(kRoot.size()));
    for (char& each : name) each = each == '/' ? '.' : each == '.' ? '/' : each;
    return name;
}

std::string_view trimmed(std::string_view text) {
    size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool complain(const std::string& path, const Form& form) {
    if (errno == ENOENT && form.ignore) return true;
    if (errno == ENOENT)
        warn("cannot stat %s: No such file or directory", path.c_str());
    else
        warn_errno(path);
    return false;
}

void print_value(const std::string& name, std::string_view value, const Form& form) {
    if (form.names)
        out.write(name + "\n");
    else if (form.values)
        out.write(std::string(value) + "\n");
    else
        out.write(name + " = " + std::string(value) + "\n");
}

bool show(const std::string& path, const Form& form) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return complain(path, form);
    if (S_ISDIR(status.st_mode)) {
        warn("%s: is a folder of parameters", path.c_str());
        return false;
    }
    if (form.names) {
        print_value(name_of(path), "", form);
        return true;
    }
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char buffer[4096];
    ssize_t size = fd < 0 ? -1 : 0;
    std::string text;
    while (fd >= 0 && (size = read(fd, buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<size_t>(size));
    int error = errno;
    if (fd >= 0) close(fd);
    errno = error;
    if (size < 0) return complain(path, form);
    std::string_view rest = text;
    do { // a value of several lines is printed as several
        size_t end = std::min(rest.find('\n'), rest.size());
        print_value(name_of(path), rest.substr(0, end), form);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    } while (!rest.empty());
    return true;
}

bool set(std::string_view name, std::string_view value, const Form& form) {
    std::string path = path_of(name), text = std::string(value) + "\n";
    int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return complain(path, form);
    ssize_t written = write(fd, text.data(), text.size());
    int error = errno;
    close(fd);
    errno = error;
    if (written < 0) return complain(path, form);
    if (!form.quiet) print_value(name_of(path), value, form);
    return true;
}

bool show_all(const std::string& folder, const Form& form) {
    DIR* stream = opendir(folder.c_str());
    if (!stream) return complain(folder, form);
    std::vector<std::string> names;
    while (dirent* entry = readdir(stream))
        if (entry->d_name[0] != '.') names.push_back(entry->d_name);
    closedir(stream);
    sort_items(names);
    bool fine = true;
    for (const std::string& name : names) {
        std::string path = folder + name;
        struct stat status;
        if (stat(path.c_str(), &status) != 0) continue;
        if (S_ISDIR(status.st_mode))
            fine &= show_all(path + "/", form);
        else if (status.st_mode & 0444)
            fine &= show(path, form);
    }
    return fine;
}

/// Lines NAME = VALUE; comments begin with # or ;, a name with - may be unknown.
bool load(const char* file, const Form& form) {
    Input input;
    if (!input.open(file)) {
        warn_errno(file);
        return false;
    }
    bool fine = true;
    int number = 0;
    while (auto raw = input.next_line()) {
        ++number;
        std::string_view line = trimmed(*raw);
        if (line.empty() || line[0] == '#' || line[0] == ';') continue;
        size_t equals = line.find('=');
        if (equals == line.npos) {
            warn("%s(%d): not NAME = VALUE", file, number);
            fine = false;
            continue;
        }
        Form own = form;
        if (line[0] == '-') own.ignore = true, line.remove_prefix(1), --equals;
        fine &= set(trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)), own);
    }
    if (input.error()) warn_errno(file, input.error());
    return fine && !input.error();
}

int run(Arguments& arguments) {
    Form form;
    bool all = false, fine = true, loaded = false;
    const char* file = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
        case 'A':
            all = true;
            break;
        case 'e':
            form.ignore = true;
            break;
        case 'n':
            form.values = true;
            break;
        case 'N':
            form.names = true;
            break;
        case 'p':
            loaded = true;
            file = arguments.value();
            break;
        case 'q':
            form.quiet = true;
            break;
        case 'w':
            form.write = true;
            break;
        }
    }
    if (all) return show_all(std::string(kRoot), form) && fine ? 0 : 1;
    auto operands = arguments.operands();
    if (operands.empty() && !loaded) missing_operand();
    if (loaded && (file || operands.empty())) fine &= load(file ? file : "/etc/sysctl.conf", form);
    for (char* operand : operands) {
        std::string_view word = operand;
        size_t equals = word.find('=');
        if (loaded)
            fine &= load(operand, form);
        else if (equals != word.npos)
            fine &= set(trimmed(word.substr(0, equals)), trimmed(word.substr(equals + 1)), form);
        else if (form.write) {
            warn("\"%s\" must be of the form name=value", operand);
            fine = false;
        } else
            fine &= show(path_of(word), form);
    }
    return fine ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "sysctl",
    .synopsis = "[OPTION]... [NAME[=VALUE]]...\n-a\n-p [FILE]...",
    .summary = "Print or set parameters of the kernel.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
