// xargs: POSIX.1-2017 and GNU's -0 -a -d -o -P.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/quote.h"
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'0', "null", nullptr,
     "items are separated by a null, not whitespace; disables quote and backslash processing"},
    {'a', "arg-file", "FILE", "read arguments from FILE, not standard input"},
    {'d', "delimiter", "CHARACTER", "items in input stream are separated by CHARACTER, not by whitespace"},
    {'E', nullptr, "END", "set logical EOF string"},
    {'e', "eof", "[END]", nullptr},
    {'I', nullptr, "R", "replace R in the command's words with names read from standard input"},
    {'i', "replace", "[R]", "the same as -I R, {} when R is not given"},
    {'L', "max-lines", "MAX-LINES", "use at most MAX-LINES non-blank input lines per command line"},
    {'l', nullptr, "[MAX-LINES]", nullptr},
    {'n', "max-args", "MAX-ARGS", "use at most MAX-ARGS arguments per command line"},
    {'o', "open-tty", nullptr, "reopen standard input as /dev/tty in the child process"},
    {'P', "max-procs", "MAX-PROCS", "run at most MAX-PROCS processes at a time"},
    {'p', "interactive", nullptr, "prompt before running commands"},
    {'r', "no-run-if-empty", nullptr, "if there are no arguments, do not run COMMAND"},
    {'s', "max-chars", "MAX-CHARS", "limit length of command line to MAX-CHARS"},
    {'t', "verbose", nullptr, "print commands before executing them"},
    {'x', "exit", nullptr, "exit if the size is exceeded"},
};

struct Settings {
    int delimiter = -1; // -1: blanks and newlines, with quotes
    const char* end_text = nullptr;
    const char* replace = nullptr;
    uint64_t most_lines = 0, most_arguments = 0, most_processes = 1;
    size_t most_bytes = 0;
    bool exit_if_too_long = false, no_empty_run = false, trace = false, prompt = false,
         reopen_terminal = false;
};

// Items of the input, with what ends them.
class Items {
public:
    Items(Input& input, const Settings& settings) : input_(input), settings_(settings) {}

    enum class Kind { item, line_end, end };

    // The next item, or the end of a (non-empty) line where lines count.
    Kind next(std::string& item) {
        item.clear();
        return settings_.delimiter >= 0 ? next_delimited(item)
               : settings_.replace      ? next_whole_line(item)
                                        : next_quoted(item);
    }

private:
    int byte() {
        if (input_.buffered().empty() && !input_.fill_more()) return -1;
        char value = input_.buffered()[0];
        input_.consume(1);
        return static_cast<unsigned char>(value);
    }

    Kind next_delimited(std::string& item) {
        if (line_pending_) {
            line_pending_ = false;
            return Kind::line_end;
        }
        auto line = input_.next_line(static_cast<char>(settings_.delimiter));
        if (!line) return Kind::end;
        item = *line;
        line_pending_ = settings_.most_lines > 0;
        return Kind::item;
    }

    // With -I a line is one item; blanks before it go, quotes count.
    Kind next_whole_line(std::string& item) {
        for (;;) {
            item.clear();
            int value = byte();
            while (value == ' ' || value == '\t') value = byte();
            if (value < 0) return Kind::end;
            if (value == '\n') continue;
            bool quoted = false;
            while (value >= 0 && value != '\n') {
                take(value, item, quoted);
                value = byte();
            }
            return Kind::item;
        }
    }

    // A quote, a backslash or a plain byte.
    void take(int value, std::string& item, bool& quoted) {
        if (value == '\'' || value == '"') {
            quoted = true;
            for (int next; (next = byte()) != value;) {
                if (next < 0 || next == '\n')
                    die(1,
                        "unmatched %s quote; by default quotes are special to xargs unless you use the -0 "
                        "option",
                        value == '"' ? "double" : "single");
                item.push_back(static_cast<char>(next));
            }
        } else if (value == '\\') {
            quoted = true;
            int next = byte();
            if (next >= 0) item.push_back(static_cast<char>(next));
        } else {
            item.push_back(static_cast<char>(value));
        }
    }

    Kind next_quoted(std::string& item) {
        if (finished_) return Kind::end;
        if (line_pending_) {
            line_pending_ = false;
            return Kind::line_end;
        }
        int value = byte();
        bool any_blank = false;
        while (value == ' ' || value == '\t' || value == '\n') {
            if (value == '\n' && have_items_in_line_ && !continued_) {
                have_items_in_line_ = false;
                return Kind::line_end;
            }
            any_blank = true;
            value = byte();
        }
        (void)any_blank;
        if (value < 0) return Kind::end;
        bool quoted = false;
        continued_ = false;
        while (value >= 0 && value != ' ' && value != '\t' && value != '\n') {
            take(value, item, quoted);
            value = byte();
        }
        have_items_in_line_ = true;
        if (value == '\n') {
            line_pending_ = true;
            have_items_in_line_ = false;
        } else if (value == ' ' || value == '\t') {
            // POSIX -L: a line that ends in a blank goes on in the next.
            while (!input_.buffered().empty() || input_.fill_more()) {
                char ahead = input_.buffered()[0];
                if (ahead != ' ' && ahead != '\t') {
                    if (ahead == '\n') continued_ = true;
                    break;
                }
                input_.consume(1);
            }
        }
        if (!quoted && settings_.end_text && item == settings_.end_text) {
            finished_ = true;
            return Kind::end;
        }
        return Kind::item;
    }

    Input& input_;
    const Settings& settings_;
    bool line_pending_ = false, have_items_in_line_ = false, continued_ = false, finished_ = false;
};

class Runner {
public:
    Runner(const Settings& settings, std::span<char*> command) : settings_(settings) {
        static char echo[] = "echo";
        for (char* word : command) command_.push_back(word);
        if (command_.empty()) command_.push_back(echo);
        for (const std::string& word : command_) base_bytes_ += word.size() + 1;
    }

    size_t base_bytes() const { return base_bytes_; }
    int status() const { return status_; }

    void run(const std::vector<std::string>& items) {
        std::vector<std::string> words = command_;
        words.insert(words.end(), items.begin(), items.end());
        start(words);
    }

    void run_replaced(const std::string& item) {
        std::vector<std::string> words;
        size_t total = 0;
        for (const std::string& word : command_) {
            std::string text;
            size_t length = strlen(settings_.replace);
            for (size_t at = 0;;) {
                size_t found = word.find(settings_.replace, at);
                text.append(word, at, found == std::string::npos ? found : found - at);
                if (found == std::string::npos) break;
                text.append(item);
                at = found + length;
            }
            total += text.size() + 1;
            words.push_back(std::move(text));
        }
        if (total > settings_.most_bytes) {
            wait_all();
            die(1, "argument line too long");
        }
        start(words);
    }

    void wait_all() {
        while (running_ > 0) wait_one();
    }

private:
    void start(const std::vector<std::string>& words) {
        if (settings_.trace || settings_.prompt) {
            std::string line;
            for (const std::string& word : words)
                line.append(line.empty() ? "" : " ").append(quote_name(word, Quoting::shell_escape));
            line.append(settings_.prompt ? "?..." : "\n");
            if (write(STDERR_FILENO, line.data(), line.size()) < 0) status_ = 1;
            if (settings_.prompt && !confirmed()) return;
        }
        while (settings_.most_processes && running_ >= settings_.most_processes) wait_one();
        pid_t child = fork_or_die();
        if (child == 0) {
            int fd = open(settings_.reopen_terminal ? "/dev/tty" : "/dev/null", O_RDONLY);
            if (fd > 0) {
                dup2(fd, STDIN_FILENO);
                close(fd);
            }
            std::vector<char*> vector;
            for (const std::string& word : words) vector.push_back(const_cast<char*>(word.c_str()));
            vector.push_back(nullptr);
            execute(vector.data());
        }
        ++running_;
        if (settings_.most_processes == 1) wait_one();
    }

    static bool confirmed() {
        int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC);
        if (fd < 0) die_errno(1, "/dev/tty");
        char answer = '\0';
        bool first = true;
        for (char byte; read(fd, &byte, 1) == 1 && byte != '\n'; first = false)
            if (first) answer = byte;
        close(fd);
        return answer == 'y' || answer == 'Y';
    }

    void wait_one() {
        int status = 0;
        pid_t child = wait(&status);
        if (child < 0) {
            if (errno == EINTR) return;
            running_ = 0;
            return;
        }
        --running_;
        if (WIFSIGNALED(status)) {
            wait_all();
            die(125, "command terminated by signal %d", WTERMSIG(status));
        }
        int code = WEXITSTATUS(status);
        if (code == 255) {
            wait_all();
            die(124, "%s: exited with status 255; aborting", command_[0].c_str());
        }
        if (code == 126 || code == 127) {
            wait_all();
            finish(code);
        }
        if (code != 0) status_ = 123;
    }

    const Settings& settings_;
    std::vector<std::string> command_;
    size_t base_bytes_ = 0;
    uint64_t running_ = 0;
    int status_ = 0;
};

int process(Input& input, const Settings& settings, std::span<char*> command) {
    Items items(input, settings);
    Runner runner(settings, command);
    std::vector<std::string> batch;
    size_t bytes = runner.base_bytes();
    uint64_t lines = 0;
    bool ran = false;
    auto flush = [&] {
        runner.run(batch);
        batch.clear();
        bytes = runner.base_bytes();
        lines = 0;
        ran = true;
    };
    std::string item;
    for (;;) {
        Items::Kind kind = items.next(item);
        if (kind == Items::Kind::end) break;
        if (kind == Items::Kind::line_end) {
            if (settings.most_lines && ++lines >= settings.most_lines && !batch.empty()) flush();
            continue;
        }
        if (settings.replace) {
            runner.run_replaced(item);
            ran = true;
            continue;
        }
        if (bytes + item.size() + 1 > settings.most_bytes) {
            if (batch.empty() ||
                (settings.exit_if_too_long && (settings.most_arguments || settings.most_lines))) {
                runner.wait_all();
                die(1, "argument line too long");
            }
            flush();
            if (bytes + item.size() + 1 > settings.most_bytes) {
                runner.wait_all();
                die(1, "argument line too long");
            }
        }
        batch.push_back(item);
        bytes += item.size() + 1;
        if (settings.most_arguments && batch.size() >= settings.most_arguments) flush();
    }
    if (input.error()) die_errno(1, "read error", input.error());
    if (!batch.empty() || (!ran && !settings.no_empty_run && !settings.replace)) flush();
    runner.wait_all();
    return runner.status();
}

int parse_delimiter(const char* text) {
    if (text[0] != '\\' || !text[1]) {
        if (text[0] && text[1]) usage_error("invalid input delimiter specification %s", text);
        return static_cast<unsigned char>(text[0]);
    }
    constexpr std::string_view kLetters = "abfnrtv\\", kValues = "\a\b\f\n\r\t\v\\";
    if (size_t at = kLetters.find(text[1]); at != std::string_view::npos && !text[2])
        return static_cast<unsigned char>(kValues[at]);
    char* end = nullptr;
    long value = text[1] == 'x' ? strtol(text + 2, &end, 16) : strtol(text + 1, &end, 8);
    if (*end || value < 0 || value > 255) usage_error("invalid input delimiter specification %s", text);
    return static_cast<int>(value);
}

uint64_t positive(const char* text, char option) {
    auto value = parse_unsigned(text);
    if (!value || *value == 0) usage_error("value %s for -%c option should be >= 1", text, option);
    return *value;
}

size_t default_bytes() {
    // POSIX: what execve() takes, less the environment and 2048 bytes; 128 KiB is plenty.
    long most = sysconf(_SC_ARG_MAX);
    size_t limit = most > 0 ? static_cast<size_t>(most) : 128 * 1024;
    size_t taken = 2048;
    for (char** variable = environ; variable && *variable; ++variable) taken += strlen(*variable) + 1;
    limit = limit > taken + 4096 ? limit - taken : 4096;
    return limit < 128 * 1024 ? limit : 128 * 1024;
}

int run(Arguments& arguments) {
    Settings settings;
    const char* file = nullptr;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case '0':
            settings.delimiter = 0;
            break;
        case 'd':
            settings.delimiter = parse_delimiter(value);
            break;
        case 'a':
            file = value;
            break;
        case 'E':
            settings.end_text = *value ? value : nullptr;
            break;
        case 'e':
            settings.end_text = value;
            break;
        case 'I':
        case 'i':
            if (settings.most_arguments || settings.most_lines)
                warn("warning: options -I and -n or -L exclude each other, ignoring the latter");
            settings.replace = value ? value : "{}";
            settings.most_arguments = settings.most_lines = 0;
            settings.exit_if_too_long = true;
            break;
        case 'L':
        case 'l':
            settings.most_lines = value ? positive(value, 'L') : 1;
            settings.most_arguments = 0;
            settings.replace = nullptr;
            break;
        case 'n':
            settings.most_arguments = positive(value, 'n');
            settings.most_lines = 0;
            if (settings.replace && settings.most_arguments != 1) {
                warn("warning: options -I and -n exclude each other, ignoring -I");
                settings.replace = nullptr;
            }
            break;
        case 'o':
            settings.reopen_terminal = true;
            break;
        case 'P':
            settings.most_processes = unsigned_or_die(value, "number of processes");
            break;
        case 'p':
            settings.prompt = true;
            break;
        case 'r':
            settings.no_empty_run = true;
            break;
        case 's':
            settings.most_bytes = static_cast<size_t>(positive(value, 's'));
            break;
        case 't':
            settings.trace = true;
            break;
        case 'x':
            settings.exit_if_too_long = true;
            break;
        }
    }
    if (!settings.most_bytes) settings.most_bytes = default_bytes();
    Input input;
    if (!input.open(file ? file : "-")) die_errno(1, file);
    return process(input, settings, arguments.operands());
}

constexpr Tool kTool = {
    .name = "xargs",
    .synopsis = "[OPTION]... [COMMAND [INITIAL-ARGS]...]",
    .summary = "Run COMMAND with arguments read from standard input.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .notes = "Exit status: 123 if a command failed with 1-125, 124 if one exited with 255, 125 if one was "
             "killed,\n"
             "126 if it cannot be run, 127 if it is not found, 1 for another error.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
