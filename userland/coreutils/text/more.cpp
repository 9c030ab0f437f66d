// more: POSIX.1-2017's pager for forward and backward reading. Without a terminal it copies, as cat.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/columns.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/regex.h"
#include "lib/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <string>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', "print-over", nullptr, "do not scroll, display text and clean line ends"},
    {'d', "silent", nullptr, "display help instead of ringing bell"},
    {'e', "exit-on-eof", nullptr, "exit on end-of-file"},
    {'f', "logical", nullptr, "count logical rather than screen lines"},
    {'i', nullptr, nullptr, "ignore case in searches"},
    {'l', nullptr, nullptr, nullptr},
    {'n', "lines", "NUMBER", "the number of lines per screenful"},
    {'p', "clean-print", nullptr, "clear the screen before each screenful"},
    {'s', "squeeze", nullptr, "squeeze multiple blank lines into one"},
    {'u', "plain", nullptr, "suppress underlining and bold"},
    {kNumberOption, nullptr, "NUM", "the same as -n NUM"},
};

struct Settings {
    size_t lines = 0;
    bool squeeze = false, clear = false, exit_at_end = false, ignore_case = false, logical = false;
};

// The terminal in a mode where each key arrives at once; put back at the end and on signals.
class Keyboard {
public:
    Keyboard() {
        fd_ = open("/dev/tty", O_RDWR | O_CLOEXEC);
        if (fd_ < 0) fd_ = STDERR_FILENO;
        if (tcgetattr(fd_, &saved_) != 0) return;
        termios raw = saved_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        usable_ = tcsetattr(fd_, TCSADRAIN, &raw) == 0;
        active_ = this;
        for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) signal(number, on_signal);
    }
    ~Keyboard() { restore(); }
    bool usable() const { return usable_; }

    void restore() {
        if (usable_) tcsetattr(fd_, TCSADRAIN, &saved_);
    }

    int key() {
        unsigned char byte;
        for (;;) {
            ssize_t count = read(fd_, &byte, 1);
            if (count == 1) return byte;
            if (count < 0 && errno == EINTR) continue;
            return -1;
        }
    }

    // A line typed at the prompt `lead`; empty when it was given up.
    std::string line(const char* lead) {
        std::string text;
        out.print("\r\033[K%s", lead);
        out.flush();
        for (int byte; (byte = key()) >= 0 && byte != '\n' && byte != '\r';) {
            if (byte == 127 || byte == 8) {
                if (text.empty()) break;
                do {
                    byte = static_cast<unsigned char>(text.back());
                    text.pop_back();
                } while ((byte & 0xC0) == 0x80 && !text.empty());
            } else if (byte == 21) {
                text.clear();
            } else {
                text.push_back(static_cast<char>(byte));
            }
            out.print("\r\033[K%s%s", lead, text.c_str());
            out.flush();
        }
        return text;
    }

private:
    static void on_signal(int number) {
        if (active_) active_->restore();
        if (write(STDOUT_FILENO, "\r\033[K", 4) < 0) _exit(1);
        signal(number, SIG_DFL);
        raise(number);
    }

    static inline Keyboard* active_ = nullptr;
    int fd_ = -1;
    termios saved_ = {};
    bool usable_ = false;
};

class Pager {
public:
    Pager(const Settings& settings, Keyboard& keyboard) : settings_(settings), keyboard_(keyboard) {
        measure();
    }

    enum class Next { following_file, previous_file, quit };
    Next show(Input& input, const char* name, bool has_next, bool has_previous);

private:
    void measure() {
        winsize size;
        bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
        rows_ = known && size.ws_row > 1 ? size.ws_row : 24;
        columns_ = terminal_width();
        page_ = settings_.lines ? settings_.lines : rows_ - 1;
        if (page_ == 0) page_ = 1;
    }

    // Keeps what was read so that it can be shown again.
    bool have(size_t line) {
        while (lines_.size() <= line && input_) {
            auto next = input_->next_line();
            if (!next) {
                input_ = nullptr;
                return false;
            }
            if (settings_.squeeze && next->empty() && !lines_.empty() && lines_.back().empty()) continue;
            lines_.emplace_back(*next);
        }
        return line < lines_.size();
    }

    size_t rows_of(const std::string& line) const {
        if (settings_.logical) return 1;
        size_t width = 0;
        for (std::string_view rest = line; !rest.empty();) {
            CodePoint point = decode_utf8(rest);
            int columns = column_width(point.value);
            width = point.value == '\t' ? width / 8 * 8 + 8
                                        : width + (columns < 0 ? 1 : static_cast<size_t>(columns));
            rest.remove_prefix(point.length);
        }
        return width == 0 ? 1 : (width + columns_ - 1) / columns_;
    }

    // Prints from `next_` on, `count` screen lines.
    void print(size_t count) {
        if (settings_.clear) out.write("\033[H\033[2J");
        top_ = next_;
        while (count > 0 && have(next_)) {
            size_t rows = rows_of(lines_[next_]);
            out.write(lines_[next_++]);
            out.put('\n');
            count -= rows < count ? rows : count;
        }
    }

    void go_to(size_t line) {
        while (!have(line) && line > 0) --line;
        next_ = line;
        print(page_);
    }

    void prompt(bool at_end) {
        if (message_.empty()) {
            out.write("\033[7m--More--");
            if (at_end) out.write("(END)");
            out.write("\033[0m");
        } else {
            out.print("\033[7m%s\033[0m", message_.c_str());
            message_.clear();
        }
        out.flush();
    }

    void search(std::string pattern, bool forward) {
        if (pattern.empty()) pattern = last_pattern_;
        if (pattern.empty()) {
            message_ = "No previous search";
            return;
        }
        std::string problem;
        auto regex = Regex::compile(pattern, Syntax::basic, settings_.ignore_case ? REG_ICASE : 0, problem);
        if (!regex) {
            message_ = problem;
            return;
        }
        last_pattern_ = pattern;
        std::vector<regmatch_t> matches;
        for (size_t line = forward ? top_ + 1 : top_; forward ? have(line) : line-- > 0; line += forward) {
            if (!regex->search(lines_[line], 0, matches)) continue;
            out.write("...skipping\n");
            go_to(line);
            return;
        }
        message_ = "Pattern not found";
    }

    const Settings& settings_;
    Keyboard& keyboard_;
    Input* input_ = nullptr;
    std::vector<std::string> lines_;
    size_t next_ = 0, top_ = 0;
    size_t rows_ = 24, columns_ = 80, page_ = 23, half_ = 0;
    std::string message_, last_pattern_;
};

constexpr const char* kHelp = "  SPACE f ^F   next screenful         b ^B   previous screenful\n"
                              "  RETURN j     next line              k      previous line\n"
                              "  d ^D         half a screenful       u ^U   half a screenful back\n"
                              "  NUMBER g     go to line             G      go to the end\n"
                              "  /RE  ?RE     search                 n N    search again\n"
                              "  :n :p        next, previous file    = :f   file and line\n"
                              "  h            this help              q      quit\n";

Pager::Next Pager::show(Input& input, const char* name, bool has_next, bool has_previous) {
    input_ = &input;
    lines_.clear();
    next_ = top_ = 0;
    print(page_);
    size_t number = 0;
    bool forward = true;
    for (;;) {
        measure();
        bool at_end = !have(next_);
        if (at_end && settings_.exit_at_end && !has_next) return Next::quit;
        prompt(at_end);
        int key = keyboard_.key();
        out.write("\r\033[K");
        if (key >= '0' && key <= '9') {
            number = number < 100000000 ? number * 10 + static_cast<size_t>(key - '0') : number;
            continue;
        }
        size_t count = number;
        number = 0;
        switch (key) {
        case -1:
        case 'q':
        case 'Q':
        case 3:
            return Next::quit;
        case ' ':
        case 'f':
        case 6:
        case 'z':
            if (at_end) return has_next ? Next::following_file : Next::quit;
            print(count ? count : page_);
            break;
        case '\n':
        case '\r':
        case 'j':
            if (at_end) return has_next ? Next::following_file : Next::quit;
            print(count ? count : 1);
            break;
        case 'k':
            go_to(top_ > 0 ? top_ - 1 : 0);
            break;
        case 'd':
        case 4:
            if (count) half_ = count;
            print(half_ ? half_ : page_ / 2 + 1);
            break;
        case 'u':
        case 21: {
            size_t back = count ? count : half_ ? half_ : page_ / 2 + 1;
            go_to(top_ > back ? top_ - back : 0);
            break;
        }
        case 'b':
        case 2: {
            size_t back = page_ * (count ? count : 1);
            go_to(next_ > back + page_ ? next_ - back - page_ : 0);
            break;
        }
        case 'g':
            go_to(count ? count - 1 : 0);
            break;
        case 'G':
            if (count) {
                go_to(count - 1);
            } else {
                while (have(lines_.size())) {
                }
                go_to(lines_.size() > page_ ? lines_.size() - page_ : 0);
            }
            break;
        case '/':
        case '?': {
            forward = key == '/';
            std::string pattern = keyboard_.line(forward ? "/" : "?");
            out.write("\r\033[K");
            search(pattern, forward);
            break;
        }
        case 'n':
            search("", forward);
            break;
        case 'N':
            search("", !forward);
            break;
        case '=':
        case 7:
            message_ = std::string(name) + " line " + std::to_string(next_);
            break;
        case 12:
            go_to(top_);
            break;
        case 'h':
            out.write(kHelp);
            break;
        case ':':
            switch (keyboard_.key()) {
            case 'n':
                if (has_next) return Next::following_file;
                message_ = "No next file";
                break;
            case 'p':
                if (has_previous) return Next::previous_file;
                message_ = "No previous file";
                break;
            case 'q':
                return Next::quit;
            case 'f':
                message_ = std::string(name) + " line " + std::to_string(next_);
                break;
            default:
                message_ = "Press h for help";
            }
            break;
        default:
            message_ = "Press h for help, q to quit";
        }
    }
}

int copy_all(std::span<char*> operands, const Settings& settings) {
    bool headers = operands.size() > 1;
    return for_each_input(operands, [&](Input& input, const char* name) {
        if (headers) out.print("::::::::::::::\n%s\n::::::::::::::\n", name);
        if (!settings.squeeze) {
            for (std::string_view block; !(block = input.next_block()).empty();) out.write(block);
            return;
        }
        bool blank = false, ended = true;
        while (auto line = input.next_line('\n', &ended)) {
            if (!(blank && line->empty())) {
                out.write(*line);
                if (ended) out.put('\n');
            }
            blank = line->empty();
        }
    });
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
        case 'p':
            settings.clear = true;
            break;
        case 'e':
            settings.exit_at_end = true;
            break;
        case 'f':
            settings.logical = true;
            break;
        case 'i':
            settings.ignore_case = true;
            break;
        case 'n':
        case kNumberOption:
            settings.lines = static_cast<size_t>(unsigned_or_die(arguments.value(), "number of lines"));
            break;
        case 's':
            settings.squeeze = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty() && isatty(STDIN_FILENO)) usage_error("missing file operand");
    if (!out.is_terminal()) return copy_all(operands, settings);
    static char dash[] = "-";
    static char* standard_input[] = {dash};
    if (operands.empty()) operands = standard_input;
    Keyboard keyboard;
    if (!keyboard.usable()) return copy_all(operands, settings);
    int status = 0;
    for (size_t i = 0; i < operands.size();) {
        Input input;
        if (is_directory(operands[i]) || !input.open(operands[i])) {
            warn_errno(operands[i], is_directory(operands[i]) ? EISDIR : errno);
            status = 1;
            ++i;
            continue;
        }
        if (operands.size() > 1) out.print("::::::::::::::\n%s\n::::::::::::::\n", operands[i]);
        Pager pager(settings, keyboard);
        auto next = pager.show(input, operands[i], i + 1 < operands.size(), i > 0);
        if (next == Pager::Next::quit) break;
        next == Pager::Next::following_file ? ++i : --i;
    }
    return status;
}

constexpr Tool kTool = {
    .name = "more",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Display the contents of files a screenful at a time.",
    .options = kOptions,
    .run = run,
    .notes = kHelp,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
