// tail: POSIX.1-2017, with GNU's -F -q -v -s -z --pid --retry and the historical `tail -5` and `tail +5`.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/same_file.h"

#include <deque>
#include <memory>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <string>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kPid = kLongOnly, kRetry, kMaxUnchanged };

constexpr Option kOptions[] = {
    {'c', "bytes", "[+]NUM", "print the last NUM bytes; with '+', start with byte NUM"},
    {'f', "follow", "[{name|descriptor}]", "print what is appended as the file grows"},
    {'F', nullptr, nullptr, "the same as --follow=name --retry"},
    {'n', "lines", "[+]NUM", "print the last NUM lines instead of 10; with '+', start with line NUM"},
    {kPid, "pid", "PID", "with -f, end after process PID dies"},
    {'q', "quiet", nullptr, "never print headers giving file names"},
    {'q', "silent", nullptr, nullptr},
    {kMaxUnchanged, "max-unchanged-stats", "N", "with --follow=name, taken for scripts written for polling"},
    {kRetry, "retry", nullptr, "keep trying to open a file that is not accessible"},
    {'s', "sleep-interval", "N", "with -f, look about every N seconds (default 1)"},
    {'v', "verbose", nullptr, "always print headers giving file names"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
    {kNumberOption, nullptr, "NUM", "the same as -n NUM"},
};

enum class Following { no, descriptor, name };

struct Settings {
    uint64_t count = 10;
    bool bytes = false;
    bool from_start = false;
    char delimiter = '\n';
    Following following = Following::no;
    bool retry = false;
    double interval_seconds = 1;
    pid_t until_pid = 0;
    bool headers = false;
};

void copy_rest(Input& input) {
    for (std::string_view block; !(block = input.next_block()).empty();) out.write(block);
}

/// What was the end when it was looked for: a writer that is faster than this does not keep it here for ever.
void copy_until(Input& input, off_t begin, off_t end) {
    lseek(input.fd(), begin, SEEK_SET);
    for (auto left = static_cast<uint64_t>(end - begin); left > 0;) {
        if (input.buffered().empty() && !input.fill_more()) return;
        std::string_view block = input.buffered().substr(0, static_cast<size_t>(left));
        out.write(block);
        left -= block.size();
        input.consume(block.size());
    }
    input.consume(input.buffered().size());
    lseek(input.fd(), end, SEEK_SET); // -f goes on from here
}

void skip_start(Input& input, const Settings& settings) {
    uint64_t to_skip = settings.count > 0 ? settings.count - 1 : 0;
    if (!settings.bytes) {
        while (to_skip > 0 && input.next_line(settings.delimiter)) --to_skip;
    } else {
        while (to_skip > 0) {
            if (input.buffered().empty() && !input.fill_more()) break;
            size_t step = input.buffered().size();
            if (step > to_skip) step = static_cast<size_t>(to_skip);
            input.consume(step);
            to_skip -= step;
        }
    }
    copy_rest(input);
}

// The offset of the last `count` lines of a seekable file, found from its end.
off_t find_last_lines(int fd, off_t begin, off_t end, const Settings& settings) {
    std::vector<char> block(kBlockBytes);
    uint64_t left = settings.count;
    if (left == 0) return end;
    bool last_byte = true;
    off_t position = end;
    while (position > begin) {
        size_t size =
            static_cast<size_t>(position - begin < off_t{kBlockBytes} ? position - begin : kBlockBytes);
        position -= static_cast<off_t>(size);
        ssize_t count = pread(fd, block.data(), size, position);
        if (count <= 0) return begin;
        for (size_t i = static_cast<size_t>(count); i-- > 0;) {
            bool is_end = block[i] == settings.delimiter;
            // A delimiter at the very end closes the last line.
            if (is_end && !last_byte && --left == 0) return position + static_cast<off_t>(i) + 1;
            last_byte = false;
        }
    }
    return begin;
}

bool tail_seekable(Input& input, const Settings& settings) {
    struct stat info;
    off_t begin = lseek(input.fd(), 0, SEEK_CUR);
    if (begin < 0 || fstat(input.fd(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
    off_t end = lseek(input.fd(), 0, SEEK_END);
    if (end <= begin) {
        // A file of /proc tells no size.
        lseek(input.fd(), begin, SEEK_SET);
        return false;
    }
    off_t start = begin;
    if (settings.bytes) {
        if (settings.count < static_cast<uint64_t>(end - begin))
            start = end - static_cast<off_t>(settings.count);
    } else {
        start = find_last_lines(input.fd(), begin, end, settings);
    }
    copy_until(input, start, end);
    return true;
}

void tail_stream_bytes(Input& input, uint64_t count) {
    std::string held;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        held.append(block);
        if (held.size() > count && held.size() - count > held.size() / 2)
            held.erase(0, held.size() - static_cast<size_t>(count));
    }
    if (held.size() > count) held.erase(0, held.size() - static_cast<size_t>(count));
    out.write(held);
}

void tail_stream_lines(Input& input, const Settings& settings) {
    std::deque<std::string> held;
    bool ended = true;
    while (auto line = input.next_line(settings.delimiter, &ended)) {
        held.emplace_back(*line);
        if (ended) held.back().push_back(settings.delimiter);
        if (held.size() > settings.count) held.pop_front();
    }
    for (const std::string& line : held) out.write(line);
}

void show_end(Input& input, const Settings& settings) {
    if (settings.from_start) return skip_start(input, settings);
    if (tail_seekable(input, settings)) return;
    settings.bytes ? tail_stream_bytes(input, settings.count) : tail_stream_lines(input, settings);
}

struct Followed {
    const char* name;
    std::unique_ptr<Input> input; // none while the file cannot be opened
    struct stat info = {};
    int watch = -1; // of inotify(7)
};

void print_header(const char* name) {
    static bool first = true;
    out.print("%s==> %s <==\n", first ? "" : "\n", input_label(name));
    first = false;
}

// With --follow=name: opens the file again when another stands under its name.
void reopen_if_replaced(Followed& file, const Settings& settings) {
    struct stat info;
    if (stat(file.name, &info) != 0) {
        if (file.input) {
            warn_errno(file.name);
            file.input.reset();
        }
        return;
    }
    if (file.input && same_inode(info, file.info)) return;
    auto input = std::make_unique<Input>();
    if (!input->open(file.name)) return;
    warn("'%s' has %s; following new file", file.name, file.input ? "been replaced" : "appeared");
    file.input = std::move(input);
    file.info = info;
}

size_t copy_appended(Followed& file, const Settings& settings, const Followed*& shown) {
    struct stat info;
    if (fstat(file.input->fd(), &info) == 0 && S_ISREG(info.st_mode)) {
        off_t position = lseek(file.input->fd(), 0, SEEK_CUR);
        if (info.st_size < position) {
            warn("%s: file truncated", input_label(file.name));
            lseek(file.input->fd(), 0, SEEK_SET);
        } else if (info.st_size == position && info.st_size > 0) {
            return 0;
        }
    }
    char block[16 * 1024];
    size_t total = 0;
    for (ssize_t count; (count = file.input->read(block, sizeof block)) > 0;) {
        if (settings.headers && shown != &file) print_header(file.name);
        shown = &file;
        out.write({block, static_cast<size_t>(count)});
        total += static_cast<size_t>(count);
    }
    out.flush();
    return total;
}

// Waits until a file changes or the interval is over; without inotify(7) only for that.
class ChangeWaiter {
public:
    void wait(std::vector<Followed>& files, double seconds) {
        if (watch_anew(files)) return; // what came before the watch
        pollfd change = {notifier_, POLLIN, 0};
        auto whole = static_cast<time_t>(seconds);
        timespec limit = {whole, static_cast<long>((seconds - static_cast<double>(whole)) * 1e9)};
        if (ppoll(&change, 1, &limit, nullptr) <= 0) return;
        char events[4096];
        while (read(notifier_, events, sizeof events) > 0) {
        }
    }

private:
    // Whether a name leads to another file than the last time.
    bool watch_anew(std::vector<Followed>& files) const {
        bool anew = false;
        for (Followed& file : files) {
            int watch = strcmp(file.name, "-") == 0
                            ? -1
                            : inotify_add_watch(notifier_, file.name,
                                                IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
            anew = anew || watch != file.watch;
            file.watch = watch;
        }
        return anew;
    }

    int notifier_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC); // -1 is no descriptor: poll(2) passes over it
};

void follow(std::vector<Followed>& files, const Settings& settings) {
    const Followed* shown = files.empty() ? nullptr : &files.back();
    ChangeWaiter waiter;
    for (bool ending = false;;) {
        size_t total = 0;
        bool any = false;
        for (Followed& file : files) {
            if (settings.following == Following::name) reopen_if_replaced(file, settings);
            if (file.input) total += copy_appended(file, settings, shown);
            any = any || file.input || settings.retry;
        }
        out.flush();
        if (!any) die(1, "no files remaining");
        if (ending) return;
        if (total > 0) continue;
        if (settings.until_pid && kill(settings.until_pid, 0) != 0 && errno == ESRCH) {
            ending = true;
            continue;
        }
        waiter.wait(files, settings.interval_seconds);
    }
}

void set_count(Settings& settings, const char* text, bool bytes) {
    settings.bytes = bytes;
    settings.from_start = *text == '+';
    if (*text == '+' || *text == '-') ++text;
    settings.count = size_or_die(text, bytes ? "number of bytes" : "number of lines");
}

void set_following(Settings& settings, const char* how) {
    if (!how || strcmp(how, "descriptor") == 0)
        settings.following = Following::descriptor;
    else if (strcmp(how, "name") == 0)
        settings.following = Following::name;
    else
        usage_error("invalid argument '%s' for '--follow'", how);
}

// POSIX.1-1992's `tail +5`, `tail +5f file`, `tail +c`: only as the first argument.
bool take_historical(std::span<char*>& operands, Settings& settings) {
    if (operands.empty() || operands[0][0] != '+' || operands.size() > 2) return false;
    const char* text = operands[0] + 1;
    size_t digits = strspn(text, "0123456789");
    std::string number = digits ? "+" + std::string(text, digits) : "+10";
    text += digits;
    bool bytes = *text == 'c';
    if (*text == 'c' || *text == 'l') ++text;
    bool follows = *text == 'f';
    if (follows) ++text;
    if (*text || (digits == 0 && !bytes)) return false;
    set_count(settings, number.c_str(), bytes);
    if (follows) set_following(settings, nullptr);
    operands = operands.subspan(1);
    return true;
}

int run(Arguments& arguments) {
    Settings settings;
    bool always = false, never = false, counted = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
        case 'n':
        case kNumberOption:
            counted = true, set_count(settings, arguments.value(), *option == 'c');
            break;
        case 'f':
            set_following(settings, arguments.value());
            break;
        case 'F':
            settings.following = Following::name, settings.retry = true;
            break;
        case kPid:
            settings.until_pid = static_cast<pid_t>(unsigned_or_die(arguments.value(), "PID"));
            break;
        case kMaxUnchanged: // a file that has another name is noticed at once
            unsigned_or_die(arguments.value(), "maximum number of unchanged stats between opens");
            break;
        case kRetry:
            settings.retry = true;
            break;
        case 'q':
            never = true, always = false;
            break;
        case 'v':
            always = true, never = false;
            break;
        case 'z':
            settings.delimiter = '\0';
            break;
        case 's': {
            auto seconds = parse_double(arguments.value());
            if (!seconds || !(*seconds >= 0)) die(1, "invalid number of seconds: '%s'", arguments.value());
            settings.interval_seconds = *seconds;
            break;
        }
        }
    }
    auto operands = arguments.operands();
    if (!counted) take_historical(operands, settings);
    settings.headers = always || (!never && operands.size() > 1);
    static char dash[] = "-";
    static char* standard_input[] = {dash};
    if (operands.empty()) operands = standard_input;

    int status = 0;
    std::vector<Followed> files;
    for (char* name : operands) {
        auto input = std::make_unique<Input>();
        Followed file{name, nullptr};
        if (!input->open(name)) {
            warn_errno(name);
            status = 1;
            if (settings.following == Following::no || !settings.retry) continue;
        } else {
            if (settings.headers) print_header(name);
            show_end(*input, settings);
            if (input->error()) warn_errno(input_label(name), input->error()), status = 1;
            fstat(input->fd(), &file.info);
            // POSIX: -f is ignored when the operand is a pipe on standard input.
            if (S_ISFIFO(file.info.st_mode) && input->fd() == STDIN_FILENO) continue;
            if (input->error()) continue;
            file.input = std::move(input);
        }
        if (settings.following != Following::no) files.push_back(std::move(file));
    }
    if (settings.following != Following::no && !files.empty()) follow(files, settings);
    return status;
}

constexpr Tool kTool = {
    .name = "tail",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Print the last part of files.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
