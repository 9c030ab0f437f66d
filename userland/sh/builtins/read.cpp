// read; POSIX.1-2017 read, with -p prompt, -t seconds, -n count, -d delimiter, -s.
#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/stat.h>
#include <termios.h>
#include <ctime>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

struct ReadOptions {
    bool raw = false;
    bool silent = false;
    const char* prompt = nullptr;
    long timeout_ms = -1;
    long most_characters = -1;
    char delimiter = '\n';
};

// The terminal without echo, or by characters, while one line is read.
class TerminalMode {
public:
    explicit TerminalMode(const ReadOptions& options) {
        bool by_character = options.most_characters >= 0 || options.delimiter != '\n';
        if ((!options.silent && !by_character) || tcgetattr(STDIN_FILENO, &before_) != 0)
            return;
        changed_ = true;
        struct termios modes = before_;
        if (options.silent)
            modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (by_character) {
            modes.c_lflag &= ~static_cast<tcflag_t>(ICANON);
            modes.c_cc[VMIN] = 1;
            modes.c_cc[VTIME] = 0;
        }
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    }
    TerminalMode(const TerminalMode&) = delete;
    TerminalMode& operator=(const TerminalMode&) = delete;
    ~TerminalMode() {
        if (changed_)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    }

private:
    struct termios before_ {};
    bool changed_ = false;
};

long now_ms() {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Standard input, of which no more may be taken than the line: a file is read in pieces and set back behind the line
// at the end, anything else is read by bytes.
class InputBytes {
public:
    InputBytes() {
        struct stat info;
        seekable_ = fstat(STDIN_FILENO, &info) == 0 && S_ISREG(info.st_mode) && lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0;
    }
    InputBytes(const InputBytes&) = delete;
    InputBytes& operator=(const InputBytes&) = delete;
    ~InputBytes() {
        if (at_ < filled_)
            lseek(STDIN_FILENO, static_cast<off_t>(at_) - static_cast<off_t>(filled_), SEEK_CUR);
    }
    bool has_any() const { return at_ < filled_; }
    // As read(2) of one byte.
    ssize_t next(char& c) {
        if (!seekable_)
            return read(STDIN_FILENO, &c, 1);
        if (at_ == filled_) {
            ssize_t count = read(STDIN_FILENO, buffer_, piece_);
            if (count <= 0)
                return count;
            at_ = 0;
            filled_ = static_cast<size_t>(count);
            piece_ = sizeof buffer_;
        }
        c = buffer_[at_++];
        return 1;
    }

private:
    char buffer_[4096];
    size_t at_ = 0, filled_ = 0;
    size_t piece_ = 128;  // most lines are short
    bool seekable_;
};

// One logical line with the knowledge which bytes were escaped.
class LineReader {
public:
    LineReader(Shell& shell, const ReadOptions& options) : shell_(shell), options_(options) {
        if (options.timeout_ms >= 0)
            deadline_ms_ = now_ms() + options.timeout_ms;
    }

    // 0, 1 at end of file, 128+signal when interrupted
    int read_line();

    std::string text;
    std::string escaped;  // parallel: 1 = must not split

private:
    enum class Outcome : uint8_t { byte, end, interrupted, timeout };
    Outcome read_byte(char& c);

    Shell& shell_;
    const ReadOptions& options_;
    InputBytes input_;
    long deadline_ms_ = -1;
    int status_ = 0;
};

LineReader::Outcome LineReader::read_byte(char& c) {
    for (;;) {
        if (deadline_ms_ >= 0 && !input_.has_any()) {
            long left = deadline_ms_ - now_ms();
            struct pollfd waiting = {STDIN_FILENO, POLLIN, 0};
            int ready = ::poll(&waiting, 1, left > 0 ? static_cast<int>(left) : 0);
            if (ready == 0)
                return Outcome::timeout;
            if (ready < 0 && errno != EINTR)
                return Outcome::end;
        }
        ssize_t count = input_.next(c);
        if (count == 1)
            return Outcome::byte;
        if (count == 0)
            return Outcome::end;
        if (errno != EINTR) {
            shell_.complain({"read: ", strerror(errno)});
            status_ = kStatusError;
            return Outcome::end;
        }
        if (Traps::interrupted() || Traps::any_pending()) {
            shell_.run_pending_traps();
            if (shell_.flow != Flow::next)
                return Outcome::interrupted;
        }
    }
}

int LineReader::read_line() {
    long characters = 0;
    int missing = 0;  // bytes of the last character
    bool escape = false;
    for (;;) {
        if (options_.most_characters >= 0 && characters >= options_.most_characters && missing <= 0)
            return 0;
        char c;
        switch (read_byte(c)) {
        case Outcome::end: return status_ ? status_ : 1;
        case Outcome::timeout: return 1;
        case Outcome::interrupted: return shell_.status;
        case Outcome::byte: break;
        }
        if (c == '\0' && options_.delimiter != '\0')
            continue;
        if (escape) {
            escape = false;
            if (c == '\n') {
                if (options_.prompt || !isatty(STDIN_FILENO))
                    continue;
                if (const std::string* prompt = shell_.variables.get("PS2"))
                    write_all(STDERR_FILENO, shell_.expand_prompt(*prompt));
                continue;
            }
            text += c;
            escaped += '\1';
        } else if (c == options_.delimiter) {
            return 0;
        } else if (c == '\\' && !options_.raw) {
            escape = true;
            continue;
        } else {
            text += c;
            escaped += '\0';
        }
        if ((c & 0xc0) == 0x80) {
            --missing;
        } else {
            ++characters;
            missing = std::max(std::countl_one(static_cast<unsigned char>(c)) - 1, 0);
        }
    }
}

// Field splitting with the last variable taking the rest; POSIX.1-2017 read, 2.6.5.
class FieldAssigner {
public:
    FieldAssigner(Shell& shell, const LineReader& line) : shell_(shell), text_(line.text), escaped_(line.escaped) {
        const std::string* ifs = shell.variables.ifs->get();
        ifs_ = ifs ? *ifs : " \t\n";
    }

    bool assign(Arguments arguments, int first) {
        skip_blanks();
        bool ok = true;
        for (int i = first; i < arguments.count; ++i) {
            std::string field = i + 1 < arguments.count ? next_field() : rest();
            ok = shell_.assign(arguments[i], field) && ok;
        }
        return ok;
    }

private:
    bool is_separator(size_t i) const { return !escaped_[i] && ifs_.find(text_[i]) != std::string::npos; }
    bool is_blank_separator(size_t i) const { return is_separator(i) && is_space(text_[i]); }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank_separator(at_))
            ++at_;
    }
    // One delimiter: blanks, at most one other separator, blanks.
    void skip_delimiter() {
        skip_blanks();
        if (at_ < text_.size() && is_separator(at_)) {
            ++at_;
            skip_blanks();
        }
    }
    std::string next_field() {
        size_t start = at_;
        while (at_ < text_.size() && !is_separator(at_))
            ++at_;
        std::string field = text_.substr(start, at_ - start);
        skip_delimiter();
        return field;
    }
    std::string rest() {
        size_t start = at_;
        // A single field loses its delimiter; several keep theirs except for trailing blanks.
        size_t end = text_.size();
        while (end > start && is_blank_separator(end - 1))
            --end;
        size_t field_end = start;
        while (field_end < end && !is_separator(field_end))
            ++field_end;
        if (field_end < end) {
            at_ = field_end;
            skip_delimiter();
            if (at_ >= end)
                end = field_end;
        }
        at_ = text_.size();
        return text_.substr(start, end - start);
    }

    Shell& shell_;
    const std::string& text_;
    const std::string& escaped_;
    std::string ifs_;
    size_t at_ = 0;
};

}  // namespace

int run_read(Shell& shell, Arguments arguments) {
    ReadOptions settings;
    OptionScanner options(shell, arguments, "rsp:t:n:d:");
    while (char letter = options.next()) {
        switch (letter) {
        case 'r': settings.raw = true; break;
        case 's': settings.silent = true; break;
        case 'p': settings.prompt = options.argument(); break;
        case 'd': settings.delimiter = options.argument()[0]; break;
        case 't': {
            char* end;
            double seconds = strtod(options.argument(), &end);
            if (*end || end == options.argument() || !(seconds >= 0 && seconds < 1e9))
                return usage_error(shell, arguments, "invalid timeout", options.argument());
            settings.timeout_ms = static_cast<long>(seconds * 1000);
            break;
        }
        case 'n': {
            auto count = parse_small_number(options.argument(), 1 << 30);
            if (!count)
                return usage_error(shell, arguments, "Illegal number", options.argument());
            settings.most_characters = *count;
            break;
        }
        default: return kStatusError;
        }
    }
    int first = options.operands();
    // Without names: the whole line into REPLY.
    const bool whole_line = first >= arguments.count;
    for (int i = first; i < arguments.count; ++i)
        if (!is_name(arguments[i]))
            return usage_error(shell, arguments, "bad variable name", arguments[i]);
    if (settings.prompt && isatty(STDIN_FILENO))
        write_all(STDERR_FILENO, settings.prompt);
    if (settings.timeout_ms == 0) { // only asks whether there is something to read
        struct pollfd waiting = {STDIN_FILENO, POLLIN, 0};
        return ::poll(&waiting, 1, 0) > 0 ? 0 : 1;
    }
    LineReader line(shell, settings);
    int status;
    {
        TerminalMode mode(settings);
        status = line.read_line();
    }
    if (shell.flow != Flow::next)
        return status;
    if (settings.silent && isatty(STDIN_FILENO))
        write_all(STDERR_FILENO, "\n");
    if (whole_line)
        return shell.assign("REPLY", line.text) ? status : kStatusError;
    if (!FieldAssigner(shell, line).assign(arguments, first))
        return kStatusError;
    return status;
}

}  // namespace sh
