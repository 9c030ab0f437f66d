// less: shows files a screenful at a time, forwards and backwards, with the commands and options of the pager
// of that name that people use. Without a terminal it copies, as cat.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "less/rows.h"
#include "less/text.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/raw_terminal.h"
#include "lib/spawn.h"
#include "lib/utf8.h"

#include <algorithm>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace coreutils::less {
namespace {

constexpr Option kOptions[] = {
    {'e', "quit-at-eof", nullptr, "exit the second time the end of the file is reached"},
    {'E', "QUIT-AT-EOF", nullptr, "exit the first time the end of the file is reached"},
    {'F', "quit-if-one-screen", nullptr, "exit when everything fits on the first screen"},
    {'g', "hilite-search", nullptr, nullptr},
    {'G', "HILITE-SEARCH", nullptr, "do not highlight what a search found"},
    {'i', "ignore-case", nullptr, "searches ignore case, unless the pattern has capitals"},
    {'I', "IGNORE-CASE", nullptr, "searches ignore case"},
    {'m', "long-prompt", nullptr, "a prompt with the percentage"},
    {'M', "LONG-PROMPT", nullptr, "a prompt with name, lines and percentage"},
    {'n', "line-numbers", nullptr, "no line numbers"},
    {'N', "LINE-NUMBERS", nullptr, "show line numbers"},
    {'p', "pattern", "PATTERN", "start at the first match of PATTERN"},
    {'r', "raw-control-chars", nullptr, "pass control characters as they are"},
    {'R', "RAW-CONTROL-CHARS", nullptr, "pass the sequences for colours"},
    {'s', "squeeze-blank-lines", nullptr, "show several blank lines as one"},
    {'S', "chop-long-lines", nullptr, "cut long lines instead of wrapping them"},
    {'x', "tabs", "N", "tab stops every N columns"},
    {'X', "no-init", nullptr, "leave the text on the screen at the end"},
    {'#', "shift", "N", "columns to move sideways"},
    {'f', "force", nullptr, nullptr},
    {'q', "quiet", nullptr, nullptr},
    {'Q', "QUIET", nullptr, nullptr},
    {'K', "quit-on-intr", nullptr, "exit on an interrupt"},
    {'~', "tilde", nullptr, "do not mark the lines behind the end"},
    {'w', "hilite-unread", nullptr, nullptr},
    {'c', "clear-screen", nullptr, nullptr},
};

constexpr const char* kHelp =
    "  SPACE f ^F  forward one screen            b ^B ESC-v  backward one screen\n"
    "  RETURN j e  forward one line              k y  ^Y     backward one line\n"
    "  d ^D        forward half a screen         u ^U        backward half a screen\n"
    "  g <  G >    first, last line (or line N)  p %         N percent into the file\n"
    "  LEFT RIGHT  sideways                      F           wait for more (as tail -f)\n"
    "  /RE  ?RE    search forward, backward      n N         search again, the other way\n"
    "  &RE         show only lines that match    ESC-u       highlighting on or off\n"
    "  mX 'X ''    set a mark, go to it, go back v           edit the file ($EDITOR or vi)\n"
    "  :n :p :x    next, previous, first file    :e FILE     another file\n"
    "  :d          take the file off the list    = ^G :f     where we are\n"
    "  -X          change option X               !COMMAND    run a command\n"
    "  r ^L        paint the screen again        q           quit\n";

struct Settings {
    Appearance appearance;
    bool quit_at_end = false, quit_at_first_end = false, one_screen = false, no_init = false, squeeze = false,
         tilde = true;
    bool ignore_case = false, ignore_always = false, quit_on_interrupt = false;
    unsigned prompt = 0; // 0, 1: -m, 2: -M
    size_t shift_step = 0;
    std::string start_pattern, start_commands;
};

// A place: a line, and the row of it that is on top.
struct Place {
    size_t line = 0, row = 0;
    bool operator==(const Place&) const = default;
};

struct File {
    std::string name;
    std::unique_ptr<Text> text;
    Place top, last; // `last`: before the last jump
    std::map<int, Place> marks;
};

volatile bool stopped = false;
void on_interrupt(int) { Text::interrupted = true; }
void on_stop(int) { stopped = true; }
void catch_signal(int number, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler; // without SA_RESTART: a wait for a key or for a pipe ends
    sigaction(number, &action, nullptr);
}

class Pager {
public:
    Pager(Settings& settings, RawTerminal& terminal, std::vector<File>& files)
        : settings_(settings), terminal_(terminal), files_(files) {
        catch_signal(SIGINT, on_interrupt);
        catch_signal(SIGTSTP, on_stop);
    }

    int run() {
        if (!open_file(0)) {
            size_t next = 1;
            while (next < files_.size() && !open_file(next)) ++next;
            if (next >= files_.size()) return 1;
        }
        measure();
        if (!settings_.start_pattern.empty()) search(settings_.start_pattern, true, 1);
        for (char key : settings_.start_commands) pushed_.push_back(static_cast<unsigned char>(key));
        std::reverse(pushed_.begin(), pushed_.end());
        draw();
        while (!done_) {
            if (pushed_.empty() && settings_.quit_at_first_end && at_end() && !has_next_file()) break;
            command();
        }
        out.write("\r\033[K");
        out.flush();
        return status_;
    }

private:
    File& file() { return files_[current_]; }
    Text& text() { return *file().text; }
    bool has_next_file() const { return current_ + 1 < files_.size(); }

    bool open_file(size_t index) {
        File& target = files_[index];
        if (!target.text) {
            int fd = target.name == "-" ? STDIN_FILENO : open(target.name.c_str(), O_RDONLY | O_CLOEXEC);
            if (fd < 0 || is_directory(target.name.c_str())) {
                message_ = target.name + ": " + (fd < 0 ? strerror(errno) : strerror(EISDIR));
                if (fd >= 0) close(fd);
                warn("%s", message_.c_str());
                status_ = 1;
                return false;
            }
            target.text = std::make_unique<Text>(fd);
        }
        current_ = index;
        first_prompt_ = true;
        return true;
    }

    void measure() {
        terminal_.size(rows_, settings_.appearance.columns);
        rows_ = std::max<size_t>(rows_, 2) - 1; // the last one is the prompt's
    }

    // -- Places
    // -------------------------------------------------------------------------------------------------------

    bool is_shown(size_t line) {
        if (filter_) {
            bool matches = filter_->search(plain_text(text().line(line), settings_.appearance), 0, matches_);
            if (!matches) return false;
        }
        return !settings_.squeeze || line == 0 || !text().line(line).empty() ||
               !text().line(line - 1).empty();
    }
    // The next line that is shown, from `line` on; false at the end.
    bool next_shown(size_t& line) {
        while (text().have(line)) {
            if (is_shown(line)) return true;
            if (Text::interrupted) return false;
            ++line;
        }
        return false;
    }
    bool previous_shown(size_t& line) {
        while (line-- > 0)
            if (is_shown(line)) return true;
        return false;
    }
    std::vector<std::string> rows_of(size_t line) {
        return make_rows(text().line(line), line + 1, settings_.appearance, pattern_ ? &*pattern_ : nullptr);
    }

    // Moves `place` so many rows; stops at the ends. The rows that could not be moved are returned.
    size_t forward(Place& place, size_t count) {
        while (count > 0) {
            if (!text().have(place.line)) return count;
            size_t height = rows_of(place.line).size();
            if (place.row + count < height) {
                place.row += count;
                return 0;
            }
            size_t next = place.line + 1;
            if (!next_shown(next)) return count;
            count -= height - place.row;
            place = {next, 0};
        }
        return 0;
    }
    size_t backward(Place& place, size_t count) {
        while (count > 0) {
            if (place.row >= count) {
                place.row -= count;
                return 0;
            }
            count -= place.row;
            place.row = 0;
            size_t previous = place.line;
            if (!previous_shown(previous)) return count;
            place = {previous, rows_of(previous).size() - 1};
            --count;
        }
        return 0;
    }

    // The place from which the last row of the file is at the bottom.
    Place last_top() {
        text().read_all();
        size_t line = text().known();
        Place place;
        if (!previous_shown(line)) return place;
        place = {line, rows_of(line).size() - 1};
        backward(place, rows_ - 1);
        return place;
    }

    bool at_end() {
        Place place = file().top;
        size_t left = forward(place, rows_);
        return left > 0 || !text().have(place.line);
    }

    void scroll_forward(size_t count) {
        for (size_t done = 0; done < count; ++done) {
            Place bottom = file().top;
            if (forward(bottom, rows_) > 0) break; // the last row is on the screen
            if (forward(file().top, 1) > 0) break;
        }
    }
    void scroll_backward(size_t count) { backward(file().top, count); }

    void jump(Place place) {
        file().last = file().top;
        file().top = place;
    }
    // To a line, but not so far that the screen would be half empty.
    void go_to_line(size_t line) {
        if (!text().have(line)) {
            jump(last_top());
            return;
        }
        next_shown(line);
        jump({line, 0});
    }

    // -- The screen
    // ---------------------------------------------------------------------------------------------------

    void draw() {
        out.write("\033[H");
        Place place = file().top;
        size_t row = 0;
        bool there = next_shown(place.line);
        file().top = there ? place : file().top;
        while (row < rows_ && there) {
            auto rows = rows_of(place.line);
            for (size_t index = place.row; index < rows.size() && row < rows_; ++index, ++row) {
                out.write(rows[index]);
                out.write("\033[K\r\n");
            }
            bottom_line_ = place.line;
            place = {place.line + 1, 0};
            there = next_shown(place.line);
        }
        for (; row < rows_; ++row) out.write(settings_.tilde ? "\033[1m~\033[22m\033[K\r\n" : "\033[K\r\n");
        out.flush();
    }

    std::string position_text(bool long_form) {
        std::string result = file().name == "-" ? "" : file().name;
        if (files_.size() > 1)
            result += " (file " + std::to_string(current_ + 1) + " of " + std::to_string(files_.size()) + ")";
        if (!long_form) return result;
        result += (result.empty() ? "lines " : " lines ") + std::to_string(file().top.line + 1) + "-" +
                  std::to_string(bottom_line_ + 1);
        if (text().complete()) result += "/" + std::to_string(text().known());
        return result + percent_text();
    }
    std::string percent_text() {
        if (!text().complete() || text().bytes() == 0) return "";
        uint64_t end = bottom_line_ + 1 < text().known() ? text().start_of(bottom_line_ + 1) : text().bytes();
        return " " + std::to_string(end * 100 / text().bytes()) + "%";
    }

    void prompt() {
        bool end = at_end();
        std::string shown;
        if (!message_.empty()) {
            shown = message_;
        } else if (settings_.prompt == 2) {
            shown = position_text(true);
        } else if (settings_.prompt == 1) {
            shown = percent_text().empty() ? "" : percent_text().substr(1);
        } else if (first_prompt_) {
            shown = position_text(false);
        }
        if (end && message_.empty()) {
            shown += shown.empty() ? "(END)" : " (END)";
            if (has_next_file()) shown += " - Next: " + files_[current_ + 1].name;
        }
        if (!message_.empty()) shown += "  (press RETURN)";
        out.write("\r\033[K");
        if (filter_) out.write("& ");
        if (shown.empty())
            out.put(':');
        else
            out.print("\033[7m%s\033[27m", fitted(shown).c_str());
        out.flush();
        message_.clear();
        first_prompt_ = false;
    }

    std::string fitted(std::string_view line) const {
        std::string result;
        size_t column = 0;
        while (!line.empty()) {
            CodePoint point = decode_utf8(line);
            int width = point.value == kInvalidByte ? 1 : std::max(column_width(point.value), 0);
            if (column + static_cast<size_t>(width) >= settings_.appearance.columns) break;
            result += printable(line.substr(0, point.length));
            column += static_cast<size_t>(width);
            line.remove_prefix(point.length);
        }
        return result;
    }

    // -- Keys
    // ---------------------------------------------------------------------------------------------------------

    int key() {
        if (!pushed_.empty()) {
            int next = pushed_.back();
            pushed_.pop_back();
            return next;
        }
        for (;;) {
            int next = terminal_.key();
            if (stopped) {
                stop();
                return 12; // paint again
            }
            if (next != kKeyNone) return next;
            if (Text::interrupted) {
                Text::interrupted = false;
                return 3;
            }
            size_t rows = rows_, columns = settings_.appearance.columns;
            measure();
            if (rows != rows_ || columns != settings_.appearance.columns) return 12;
        }
    }

    void stop() {
        stopped = false;
        terminal_.leave();
        signal(SIGTSTP, SIG_DFL);
        raise(SIGTSTP);
        catch_signal(SIGTSTP, on_stop);
        terminal_.enter();
        measure();
    }

    // A line typed behind `lead`; nothing when it was given up. A first letter ^N, ! … of a pattern is part
    // of it.
    std::optional<std::string> read_line(const std::string& lead) {
        std::string line;
        for (;;) {
            out.print("\r\033[K%s%s", lead.c_str(), fitted(line).c_str());
            out.flush();
            int next = key();
            switch (next) {
            case '\r':
            case '\n': return line;
            case 3:
            case 0x1b: return std::nullopt;
            case 21: line.clear(); break;
            case 23:
                while (!line.empty() && line.back() == ' ') line.pop_back();
                while (!line.empty() && line.back() != ' ') line.pop_back();
                break;
            case 8:
            case 0x7f:
                if (line.empty()) return std::nullopt;
                while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80)
                    line.pop_back();
                if (!line.empty()) line.pop_back();
                break;
            default:
                if (next >= ' ' && next < kKeyUp) append_utf8(line, static_cast<char32_t>(next));
            }
        }
    }

    // -- Searching
    // ----------------------------------------------------------------------------------------------------

    std::optional<Regex> compile(const std::string& pattern) {
        bool capitals =
            std::any_of(pattern.begin(), pattern.end(), [](unsigned char each) { return isupper(each); });
        bool ignore = settings_.ignore_always || (settings_.ignore_case && !capitals);
        std::string problem;
        auto regex = Regex::compile(pattern, Syntax::extended, ignore ? REG_ICASE : 0, problem);
        if (!regex) message_ = problem;
        return regex;
    }

    void search(const std::string& typed, bool ahead, size_t count) {
        std::string pattern = typed;
        bool inverted = pattern.starts_with('!');
        if (inverted) pattern.erase(0, 1);
        if (!pattern.empty()) {
            auto regex = compile(pattern);
            if (!regex) return;
            pattern_ = std::move(regex);
            inverted_ = inverted;
        }
        if (!pattern_) {
            message_ = "No previous regular expression";
            return;
        }
        size_t line = file().top.line;
        // The first search of a file looks at its first line too.
        bool skip = ahead && !(searching_from_start_ && file().top == Place{});
        searching_from_start_ = false;
        if (skip) ++line;
        for (;;) {
            if (ahead ? !next_shown(line) : !previous_shown(line)) break;
            if (pattern_->search(plain_text(text().line(line), settings_.appearance), 0, matches_) !=
                    inverted_ &&
                --count == 0) {
                jump({line, 0});
                return;
            }
            if (Text::interrupted) break;
            if (ahead) ++line;
        }
        message_ = Text::interrupted ? "Interrupted" : "Pattern not found";
    }

    void set_filter() {
        auto pattern = read_line("&/");
        if (!pattern) return;
        filter_.reset();
        if (!pattern->empty()) filter_ = compile(*pattern);
        file().top.row = 0;
        size_t line = file().top.line;
        if (next_shown(line) || previous_shown(line)) file().top = {line, 0};
        else message_ = "Nothing matches";
    }

    // -- Commands
    // -----------------------------------------------------------------------------------------------------

    void follow() {
        size_t known = 0;
        Text::interrupted = false;
        for (;;) {
            jump(last_top());
            if (known != text().known()) draw();
            known = text().known();
            out.write("\r\033[K\033[7mWaiting for data... (interrupt to abort)\033[27m");
            out.flush();
            int pressed = kKeyNone;
            while (!text().grow() && !Text::interrupted && pressed == kKeyNone) {
                constexpr int kWaitMs = 200;
                pressed = terminal_.key(kWaitMs);
            }
            known = SIZE_MAX;
            if (Text::interrupted || pressed != kKeyNone) break;
        }
        Text::interrupted = false;
        jump(last_top());
    }

    void switch_file(size_t index) {
        if (index >= files_.size()) {
            message_ = "No next file";
            return;
        }
        if (open_file(index)) filter_.reset();
    }

    void colon() {
        out.write("\r\033[K :");
        out.flush();
        switch (key()) {
        case 'n': switch_file(current_ + 1); break;
        case 'p':
            if (current_ > 0)
                switch_file(current_ - 1);
            else
                message_ = "No previous file";
            break;
        case 'x': switch_file(0); break;
        case 'd':
            if (files_.size() > 1) {
                files_.erase(files_.begin() + static_cast<ptrdiff_t>(current_));
                open_file(std::min(current_, files_.size() - 1));
            } else {
                message_ = "Cannot remove the only file";
            }
            break;
        case 'e': {
            auto name = read_line("Examine: ");
            if (!name || name->empty()) break;
            files_.insert(files_.begin() + static_cast<ptrdiff_t>(current_) + 1, File{});
            files_[current_ + 1].name = *name;
            if (!open_file(current_ + 1)) files_.erase(files_.begin() + static_cast<ptrdiff_t>(current_) + 1);
            break;
        }
        case 'f': message_ = position_text(true); break;
        case 'q':
        case 'Q': done_ = true; break;
        default: message_ = "No such command";
        }
    }

    void run_command(std::vector<std::string> words) {
        std::vector<char*> command;
        for (std::string& word : words) command.push_back(word.data());
        command.push_back(nullptr);
        terminal_.leave();
        out.flush();
        run_and_wait(command.data());
        terminal_.enter();
        measure();
    }
    void shell_command() {
        auto command = read_line("!");
        if (!command) return;
        const char* shell = getenv("SHELL");
        out.write("\r\n");
        if (command->empty())
            run_command({shell ? shell : "/bin/sh"});
        else
            run_command(
                {shell ? shell : "/bin/sh", "-c", *command + "; printf 'done  (press RETURN)'; read line"});
    }
    void edit() {
        if (file().name == "-") {
            message_ = "Cannot edit standard input";
            return;
        }
        const char* editor = getenv("VISUAL");
        if (!editor) editor = getenv("EDITOR");
        run_command({editor ? editor : "vi", "+" + std::to_string(file().top.line + 1), file().name});
        file().text.reset();
        if (!open_file(current_)) done_ = true;
    }

    void change_option() {
        out.write("\r\033[K-");
        out.flush();
        int letter = key();
        Appearance& appearance = settings_.appearance;
        struct Switch {
            int letter;
            bool* value;
        } switches[] = {
            {'S', &appearance.chop},      {'N', &appearance.numbers},    {'R', &appearance.colors},
            {'r', &appearance.raw},       {'i', &settings_.ignore_case}, {'I', &settings_.ignore_always},
            {'s', &settings_.squeeze},    {'~', &settings_.tilde},       {'G', &appearance.highlight},
            {'g', &appearance.highlight}, {'e', &settings_.quit_at_end}};
        for (Switch& each : switches)
            if (each.letter == letter) {
                *each.value = !*each.value;
                file().top.row = 0;
                message_ = std::string("Option -") + static_cast<char>(letter) +
                           (*each.value ? " is on" : " is off");
                return;
            }
        if (letter == 'm' || letter == 'M')
            settings_.prompt = letter == 'M' ? 2 : 1;
        else
            message_ = "There is no such option to change";
    }

    void help() {
        terminal_.leave();
        out.print("\n%s\nPress RETURN", kHelp);
        out.flush();
        terminal_.key();
        terminal_.enter();
    }

    void set_mark() {
        out.write("\r\033[Kset mark: ");
        out.flush();
        file().marks[key()] = file().top;
    }
    void go_to_mark() {
        out.write("\r\033[Kgoto mark: ");
        out.flush();
        int letter = key();
        if (letter == '\'') return jump(file().last);
        if (letter == '^') return jump({});
        if (letter == '$') return jump(last_top());
        auto mark = file().marks.find(letter);
        if (mark == file().marks.end())
            message_ = "Mark not set";
        else
            jump(mark->second);
    }

    void sideways(bool right, size_t count) {
        size_t& shift = settings_.appearance.shift;
        size_t step = count                  ? count
                      : settings_.shift_step ? settings_.shift_step
                                             : settings_.appearance.columns / 2;
        shift = right ? shift + step : shift - std::min(shift, step);
        file().top.row = 0;
    }

    void go_to_percent(size_t percent) {
        text().read_all();
        uint64_t offset = text().bytes() * std::min<size_t>(percent, 100) / 100;
        size_t low = 0, high = text().known();
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (text().start_of(middle) < offset)
                low = middle + 1;
            else
                high = middle;
        }
        go_to_line(low);
    }

    void forward_or_leave(size_t count) {
        Place before = file().top;
        scroll_forward(count);
        if (!(before == file().top)) return;
        // Nothing moved: the end.
        if (has_next_file() && settings_.quit_at_end)
            switch_file(current_ + 1);
        else if (settings_.quit_at_end)
            done_ = true;
    }

    void command() {
        bool told = !message_.empty();
        if (pushed_.empty()) prompt();
        size_t count = 0;
        int pressed = key();
        if (told && (pressed == '\r' || pressed == '\n')) return draw(); // the message was read
        while (pressed >= '0' && pressed <= '9') {
            count = std::min<size_t>(count * 10 + static_cast<size_t>(pressed - '0'), 1000000000);
            if (pushed_.empty()) {
                out.print("\r\033[K:%zu", count);
                out.flush();
            }
            pressed = key();
        }
        execute(pressed, count);
        if (!done_ && pushed_.empty()) draw();
        Text::interrupted = false;
    }

    void execute(int pressed, size_t count) {
        size_t repeat = std::max<size_t>(count, 1);
        switch (pressed) {
        case 'q':
        case 'Q': done_ = true; break;
        case 3:
            if (settings_.quit_on_interrupt) {
                done_ = true;
                status_ = 2;
            }
            break;
        case 'j':
        case 'e':
        case 5:
        case 14:
        case '\r':
        case '\n':
        case kKeyDown: forward_or_leave(repeat); break;
        case 'k':
        case 'y':
        case 25:
        case 16:
        case 11:
        case kKeyUp: scroll_backward(repeat); break;
        case ' ':
        case 'f':
        case 6:
        case 22:
        case 'z':
        case kKeyPageDown: forward_or_leave(count ? count : rows_); break;
        case 'b':
        case 2:
        case 'w':
        case kKeyPageUp: scroll_backward(count ? count : rows_); break;
        case 'd':
        case 4:
            if (count) half_ = count;
            forward_or_leave(half_ ? half_ : rows_ / 2);
            break;
        case 'u':
        case 21:
            if (count) half_ = count;
            scroll_backward(half_ ? half_ : rows_ / 2);
            break;
        case 'g':
        case '<':
        case kKeyHome: go_to_line(count ? count - 1 : 0); break;
        case 'G':
        case '>':
        case kKeyEnd:
            if (count)
                go_to_line(count - 1);
            else
                jump(last_top());
            break;
        case 'p':
        case '%': go_to_percent(count); break;
        case kKeyRight: sideways(true, count); break;
        case kKeyLeft: sideways(false, count); break;
        case '/':
        case '?':
            search_ahead_ = pressed == '/';
            if (auto pattern = read_line(search_ahead_ ? "/" : "?")) search(*pattern, search_ahead_, repeat);
            break;
        case 'n': search("", search_ahead_, repeat); break;
        case 'N': search("", !search_ahead_, repeat); break;
        case '&': set_filter(); break;
        case 'm': set_mark(); break;
        case '\'': go_to_mark(); break;
        case 'F': follow(); break;
        case 'r':
        case 'R':
        case 12:
        case 18: measure(); break;
        case ':': colon(); break;
        case '=':
        case 7: message_ = position_text(true); break;
        case '-': change_option(); break;
        case 'h':
        case 'H': help(); break;
        case '!': shell_command(); break;
        case 'v': edit(); break;
        case 'Z':
            if (key() == 'Z') done_ = true;
            break;
        case 0x1b: {
            int next = key();
            if (next == 'v') scroll_backward(rows_);
            if (next == 'u') settings_.appearance.highlight = !settings_.appearance.highlight;
            break;
        }
        default: break;
        }
    }

    Settings& settings_;
    RawTerminal& terminal_;
    std::vector<File>& files_;
    size_t current_ = 0, rows_ = 23, half_ = 0, bottom_line_ = 0;
    std::string message_;
    std::vector<int> pushed_;
    std::optional<Regex> pattern_, filter_;
    std::vector<regmatch_t> matches_;
    bool inverted_ = false, search_ahead_ = true, searching_from_start_ = true, first_prompt_ = true,
         done_ = false;
    int status_ = 0;
};

void set_option(int option, const char* value, Settings& settings) {
    switch (option) {
    case 'e': settings.quit_at_end = true; break;
    case 'E': settings.quit_at_first_end = true; break;
    case 'F': settings.one_screen = true; break;
    case 'G': settings.appearance.highlight = false; break;
    case 'i': settings.ignore_case = true; break;
    case 'I': settings.ignore_always = true; break;
    case 'm': settings.prompt = 1; break;
    case 'M': settings.prompt = 2; break;
    case 'n': settings.appearance.numbers = false; break;
    case 'N': settings.appearance.numbers = true; break;
    case 'p': settings.start_pattern = value; break;
    case 'r': settings.appearance.raw = true; break;
    case 'R': settings.appearance.colors = true; break;
    case 's': settings.squeeze = true; break;
    case 'S': settings.appearance.chop = true; break;
    case 'x':
        settings.appearance.tab =
            std::max<size_t>(static_cast<size_t>(unsigned_or_die(value, "tab width")), 1);
        break;
    case 'X': settings.no_init = true; break;
    case '#': settings.shift_step = static_cast<size_t>(unsigned_or_die(value, "number of columns")); break;
    case 'K': settings.quit_on_interrupt = true; break;
    case '~': settings.tilde = false; break;
    }
}

// Options of the environment: "-FRX", "FRX" or words of them.
void read_environment(Settings& settings) {
    const char* variable = getenv("LESS");
    if (!variable) return;
    static std::string letters;
    std::vector<std::string> words;
    for (std::string_view rest = variable; !rest.empty();) {
        size_t end = std::min(rest.find_first_of(" $"), rest.size());
        if (end > 0)
            words.emplace_back(rest[0] == '-' ? rest.substr(0, end) : "-" + std::string(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    static char name[] = "less";
    std::vector<char*> line = {name};
    for (std::string& word : words) line.push_back(strdup(word.c_str())); // values may point there
    Arguments arguments(current_tool(), line);
    while (auto option = arguments.next_option()) set_option(*option, arguments.value(), settings);
}

// +G, +F, +123, +/pattern
void take_start_command(const char* word, Settings& settings) {
    if (*word == '/') {
        settings.start_pattern = word + 1;
    } else if (*word) {
        settings.start_commands = word;
        if (isdigit(static_cast<unsigned char>(settings.start_commands.back())))
            settings.start_commands.push_back('g');
    }
}

int copy_all(std::span<char*> operands) {
    return for_each_input(operands, [](Input& input, const char*) {
        for (std::string_view block; !(block = input.next_block()).empty();) out.write(block);
    });
}

// -F: writes the only file when it fits on the screen.
bool show_if_small(std::vector<File>& files, Settings& settings) {
    if (files.size() != 1) return false;
    int fd = files[0].name == "-" ? STDIN_FILENO : open(files[0].name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || is_directory(files[0].name.c_str())) return false;
    files[0].text = std::make_unique<Text>(fd);
    winsize window = {};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
    size_t limit = window.ws_row ? window.ws_row : 24;
    if (window.ws_col) settings.appearance.columns = window.ws_col;
    std::vector<std::string> all;
    for (size_t line = 0; files[0].text->have(line); ++line) {
        for (std::string& row : make_rows(files[0].text->line(line), line + 1, settings.appearance, nullptr))
            all.push_back(std::move(row));
        if (all.size() >= limit) return false;
    }
    for (const std::string& row : all) {
        out.write(row);
        out.put('\n');
    }
    return true;
}

int run(Arguments& arguments) {
    Settings settings;
    read_environment(settings);
    while (auto option = arguments.next_option()) set_option(*option, arguments.value(), settings);
    std::vector<char*> names;
    for (char* operand : arguments.operands()) {
        if (*operand == '+')
            take_start_command(operand + 1, settings);
        else
            names.push_back(operand);
    }
    if (names.empty() && isatty(STDIN_FILENO)) usage_error("missing filename");
    if (!out.is_terminal()) return copy_all(names);
    std::vector<File> files;
    static char dash[] = "-";
    if (names.empty()) names.push_back(dash);
    for (char* name : names) {
        files.emplace_back();
        files.back().name = name;
    }
    if (settings.one_screen && show_if_small(files, settings)) return 0;
    RawTerminal terminal(settings.no_init ? RawTerminal::Screen::normal : RawTerminal::Screen::alternate);
    if (!terminal.usable()) return copy_all(names);
    if (settings.no_init) out.write("\033[H\033[2J");
    return Pager(settings, terminal, files).run();
}

constexpr Tool kTool = {
    .name = "less",
    .synopsis = "[OPTION]... [+COMMAND] [FILE]...",
    .summary = "Show files a screenful at a time, forwards and backwards.",
    .options = kOptions,
    .run = run,
    .notes = kHelp,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::less
