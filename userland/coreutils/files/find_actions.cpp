#include "files/find_actions.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/escape.h"
#include "lib/identity.h"
#include "lib/path.h"
#include "lib/quote.h"
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

namespace coreutils::find {
namespace {

class Print : public Node {
public:
    explicit Print(char end) : end_(end) {}
    bool evaluate(File& file) override {
        // Names control no terminal.
        bool shown = end_ == '\n' && out.is_terminal();
        out.write(shown ? quote_name(file.path(), Quoting::hide_control) : file.path());
        out.put(end_);
        return true;
    }

private:
    char end_;
};

std::string link_target(File& file) {
    if (file.type() != 'l') return "";
    return read_link_at(file.walk().directory_fd(), file.walk().name()).value_or("");
}

// As -ls shows names: without blanks, controls and bytes beyond ASCII.
void print_escaped(std::string_view name) {
    constexpr std::string_view kValues = "\\\n\b\r\t\f \"", kLetters = "\\nbrtf \"";
    for (char byte : name) {
        auto value = static_cast<unsigned char>(byte);
        if (size_t at = kValues.find(byte); at != std::string_view::npos)
            out.print("\\%c", kLetters[at]);
        else if (value > ' ' && value < 127)
            out.put(byte);
        else
            out.print("\\%03o", value);
    }
}

class List : public Node {
public:
    bool evaluate(File& file) override {
        struct stat info;
        if (!file.stat(info)) return false;
        char when[64];
        tm broken;
        localtime_r(&info.st_mtim.tv_sec, &broken);
        time_t now = time(nullptr);
        bool recent = info.st_mtim.tv_sec > now - 31556952 / 2 && info.st_mtim.tv_sec <= now;
        when[strftime(when, sizeof when, recent ? "%b %e %H:%M" : "%b %e  %Y", &broken)] = '\0';
        out.print("%9llu %6llu %s %3lu %-8s %-8s %8lld %s ", static_cast<unsigned long long>(info.st_ino),
                  static_cast<unsigned long long>(info.st_blocks / 2), mode_string(info.st_mode).c_str(),
                  static_cast<unsigned long>(info.st_nlink), user_name(info.st_uid).c_str(),
                  group_name(info.st_gid).c_str(), static_cast<long long>(info.st_size), when);
        print_escaped(file.path());
        if (std::string target = link_target(file); !target.empty()) {
            out.write(" -> ");
            print_escaped(target);
        }
        out.put('\n');
        return true;
    }
};

// -printf: %-directives with field widths, and escapes.
class Printf : public Node {
public:
    explicit Printf(std::string format) : format_(std::move(format)) {}
    bool evaluate(File& file) override {
        for (size_t i = 0; i < format_.size(); ++i) {
            if (format_[i] == '\\') {
                std::string text;
                size_t length = 0;
                if (!append_escape(text, std::string_view(format_).substr(i + 1), EscapeStyle::printf,
                                   length))
                    return true;
                out.write(text);
                i += length;
            } else if (format_[i] == '%' && i + 1 < format_.size()) {
                size_t start = i++;
                while (i < format_.size() && strchr("-+ #0123456789.", format_[i])) ++i;
                std::string flags = format_.substr(start, i - start);
                if (i == format_.size()) break;
                i = directive(file, flags, i);
            } else {
                out.put(format_[i]);
            }
        }
        return true;
    }

private:
    static void put(const std::string& flags, const std::string& text) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
        out.print((flags + "s").c_str(), text.c_str());
#pragma clang diagnostic pop
    }

    static std::string seconds_text(const timespec& when) {
        char text[48];
        snprintf(text, sizeof text, "%lld.%09ld0", static_cast<long long>(when.tv_sec), when.tv_nsec);
        return text;
    }

    static std::string time_text(const timespec& when, const char* format, const char* fraction_behind) {
        tm broken;
        localtime_r(&when.tv_sec, &broken);
        char text[128];
        text[strftime(text, sizeof text, format, &broken)] = '\0';
        std::string result = text;
        if (fraction_behind) {
            char fraction[24];
            snprintf(fraction, sizeof fraction, ".%09ld0", when.tv_nsec);
            size_t at = result.find(fraction_behind);
            result.insert(at == std::string::npos ? result.size() : at, fraction);
        }
        return result;
    }

    // Returns where the directive ends.
    size_t directive(File& file, const std::string& flags, size_t at) {
        char letter = format_[at];
        const std::string& path = file.path();
        struct stat info = {};
        if (strchr("sbkmMnugUGiDatcATCdlyY", letter) && letter != 'd' && !file.stat(info)) return at;
        switch (letter) {
        case '%':
            out.put('%');
            break;
        case 'p':
            put(flags, path);
            break;
        case 'f':
            put(flags, std::string(path == "/" ? std::string_view("/") : base_name(path)));
            break;
        case 'h':
            put(flags, path.contains('/') ? path.substr(0, path.rfind('/')) : ".");
            break;
        case 'P': {
            size_t root = root_length(file);
            std::string rest = path.substr(root);
            while (rest.starts_with('/')) rest.erase(0, 1);
            put(flags, rest);
            break;
        }
        case 'H':
            put(flags, path.substr(0, root_length(file)));
            break;
        case 'd':
            put(flags, std::to_string(file.walk().depth()));
            break;
        case 's':
            put(flags, std::to_string(info.st_size));
            break;
        case 'b':
            put(flags, std::to_string(info.st_blocks));
            break;
        case 'k':
            put(flags, std::to_string((info.st_blocks + 1) / 2));
            break;
        case 'm': {
            char text[16];
            snprintf(text, sizeof text, flags.contains('#') ? "%#o" : "%o", info.st_mode & 07777);
            put(flags, text);
            break;
        }
        case 'M':
            put(flags, mode_string(info.st_mode));
            break;
        case 'n':
            put(flags, std::to_string(info.st_nlink));
            break;
        case 'u':
            put(flags, user_name(info.st_uid));
            break;
        case 'g':
            put(flags, group_name(info.st_gid));
            break;
        case 'U':
            put(flags, std::to_string(info.st_uid));
            break;
        case 'G':
            put(flags, std::to_string(info.st_gid));
            break;
        case 'i':
            put(flags, std::to_string(info.st_ino));
            break;
        case 'D':
            put(flags, std::to_string(info.st_dev));
            break;
        case 'l':
            put(flags, link_target(file));
            break;
        case 'y':
            put(flags, std::string(1, file.type()));
            break;
        case 'Y': {
            struct stat target;
            bool found = fstatat(file.walk().directory_fd(), file.walk().name(), &target, 0) == 0;
            char type = found ? mode_string(target.st_mode)[0] : 'N';
            put(flags, std::string(1, type == '-' ? 'f' : type));
            break;
        }
        case 'a':
            put(flags, time_text(info.st_atim, "%a %b %e %H:%M:%S %Y", " 2"));
            break;
        case 't':
            put(flags, time_text(info.st_mtim, "%a %b %e %H:%M:%S %Y", " 2"));
            break;
        case 'c':
            put(flags, time_text(info.st_ctim, "%a %b %e %H:%M:%S %Y", " 2"));
            break;
        case 'A':
        case 'T':
        case 'C': {
            if (at + 1 == format_.size()) break;
            const timespec& when = letter == 'A' ? info.st_atim : letter == 'C' ? info.st_ctim : info.st_mtim;
            char which = format_[++at];
            if (which == '@')
                put(flags, seconds_text(when));
            else if (which == '+')
                put(flags, time_text(when, "%Y-%m-%d+%H:%M:%S", nullptr) + time_text(when, "", "").c_str());
            else if (which == 'S' || which == 'T')
                put(flags, time_text(when, which == 'S' ? "%S" : "%H:%M:%S", "\1"));
            else
                put(flags, time_text(when, std::string{'%', which}.c_str(), nullptr));
            break;
        }
        default:
            out.put('%');
            out.put(letter);
        }
        return at;
    }

    // The length of the operand under which the file was found: one component less for each level.
    static size_t root_length(File& file) {
        size_t length = file.path().size();
        for (size_t depth = file.walk().depth(); depth > 0; --depth) {
            length = file.path().rfind('/', length - 1);
            // "dir//": the slashes of the operand itself stay with it.
            if (depth == 1 && length == 0) length = 1;
        }
        return length;
    }

    std::string format_;
};

class Delete : public Node {
public:
    explicit Delete(Settings& settings) : settings_(settings) {}
    bool evaluate(File& file) override {
        if (file.path() == ".") return true; // cannot be removed by that name
        if (unlinkat(file.walk().directory_fd(), file.walk().name(), file.type() == 'd' ? AT_REMOVEDIR : 0) ==
            0)
            return true;
        warn_errno(file.path());
        settings_.status = 1;
        return false;
    }

private:
    Settings& settings_;
};

// Runs `command` in the directory `fd` (AT_FDCWD: here); true when it succeeded.
bool run_command(const std::vector<std::string>& command, int fd) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t child = fork_or_die();
    if (child == 0) {
        if (fd != AT_FDCWD && fchdir(fd) != 0) {
            warn_errno("-execdir");
            _exit(126);
        }
        execute(words.data());
    }
    int status = wait_for(child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string name_for_command(File& file, bool in_directory) {
    return in_directory ? "./" + std::string(base_name(file.path())) : file.path();
}

class Execute : public Node {
public:
    Execute(std::vector<std::string> command, bool asks, bool in_directory)
        : command_(std::move(command)), asks_(asks), in_directory_(in_directory) {}
    bool evaluate(File& file) override {
        std::string name = name_for_command(file, in_directory_);
        std::vector<std::string> words;
        for (const std::string& word : command_) {
            std::string text;
            for (size_t at = 0; at < word.size();) {
                size_t braces = word.find("{}", at);
                text.append(word, at, braces == std::string::npos ? braces : braces - at);
                if (braces == std::string::npos) break;
                text.append(name);
                at = braces + 2;
            }
            words.push_back(std::move(text));
        }
        if (asks_ && !ask("< %s ... %s > ?", words[0].c_str(), printable(name).c_str())) return false;
        return run_command(words, in_directory_ ? file.walk().directory_fd() : AT_FDCWD);
    }

private:
    std::vector<std::string> command_;
    bool asks_, in_directory_;
};

class ExecuteMany : public Node {
public:
    ExecuteMany(std::vector<std::string> command, bool in_directory, Settings& settings)
        : command_(std::move(command)), in_directory_(in_directory), settings_(settings) {
        // POSIX: ARG_MAX less 2048, of which the environment takes its part; more gains nothing.
        long most = sysconf(_SC_ARG_MAX);
        limit_ = most > 0 && most < 256 * 1024 ? static_cast<size_t>(most) : 256 * 1024;
        size_t taken = 2048;
        for (char** variable = environ; variable && *variable; ++variable)
            taken += strlen(*variable) + 1 + sizeof(char*);
        for (const std::string& word : command_) taken += word.size() + 1 + sizeof(char*);
        limit_ = limit_ > taken + 4096 ? limit_ - taken : 4096;
    }
    bool evaluate(File& file) override {
        std::string name = name_for_command(file, in_directory_);
        size_t size = name.size() + 1 + sizeof(char*);
        if (in_directory_) {
            // Files of one directory only go together.
            std::string directory(directory_name(file.path()));
            if (directory != directory_) flush();
            directory_ = directory;
            if (directory_fd_ < 0)
                directory_fd_ = openat(file.walk().directory_fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        }
        if (size_ + size > limit_) flush();
        names_.push_back(std::move(name));
        size_ += size;
        return true;
    }
    void finish() override { flush(); }

private:
    void flush() {
        if (names_.empty()) return;
        std::vector<std::string> words = command_;
        words.insert(words.end(), names_.begin(), names_.end());
        if (!run_command(words, directory_fd_ >= 0 ? directory_fd_ : AT_FDCWD)) settings_.status = 1;
        names_.clear();
        size_ = 0;
        if (directory_fd_ >= 0) close(directory_fd_);
        directory_fd_ = -1;
    }

    std::vector<std::string> command_, names_;
    bool in_directory_;
    Settings& settings_;
    size_t limit_ = 0, size_ = 0;
    std::string directory_;
    int directory_fd_ = -1;
};

} // namespace

std::unique_ptr<Node> make_print(char end) { return std::make_unique<Print>(end); }
std::unique_ptr<Node> make_printf(std::string format) { return std::make_unique<Printf>(std::move(format)); }
std::unique_ptr<Node> make_list() { return std::make_unique<List>(); }
std::unique_ptr<Node> make_delete(Settings& settings) { return std::make_unique<Delete>(settings); }
std::unique_ptr<Node> make_execute(std::vector<std::string> command, bool asks, bool in_directory,
                                   Settings&) {
    return std::make_unique<Execute>(std::move(command), asks, in_directory);
}
std::unique_ptr<Node> make_execute_many(std::vector<std::string> command, bool in_directory,
                                        Settings& settings) {
    return std::make_unique<ExecuteMany>(std::move(command), in_directory, settings);
}

} // namespace coreutils::find
