// The colon commands (POSIX.1-2017 ex, those that people type): ranges, files, substitution, global, options.
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/write_all.h"
#include "vi/editor.h"
#include "vi/ex_text.h"

#include <algorithm>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils::vi {
namespace {

void skip_blanks(std::string_view& text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
}

// Takes the room for `size` bytes before the first byte of what is there is lost; an errno when there is
// none. What cannot take room beforehand is written without.
int take_room(int fd, off_t size) {
    if (size == 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size) == 0) return 0;
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? errno : 0;
}

// The commands' names, each with the fewest letters that are enough, the first that fits counting; in the order
// of CommandName.
constexpr std::string_view kNames =
    "write1 wq2 wn2 xit1 exit4 quit1 qa2 edit1 next1 previous4 rewind3 file1 read1 s1 substitute3 g1 "
    "global2 v1 vglobal2 delete1 yank1 put2 join1 move1 copy2 t1 >1 <1 mark2 k1 normal4 =1 print1 "
    "number2 #1 list1 append1 insert1 change1 preserve3 recover3 shell2 chdir3 cd2 set2 undo1 !1 &1 map3 "
    "unmap3 abbreviate2 unabbreviate3 source2 stop2 suspend3 version2 ";

enum CommandName : uint8_t {
    kWrite, kWq, kWn, kXit, kExit, kQuit, kQa, kEdit, kNext, kPrevious, kRewind, kFile, kRead, kS,
    kSubstitute, kG, kGlobal, kV, kVglobal, kDelete, kYank, kPut, kJoin, kMove, kCopy, kT, kShiftRight,
    kShiftLeft, kMark, kK, kNormal, kLineNumber, kPrint, kNumber, kNumbered, kList, kAppend, kInsert,
    kChange, kPreserve, kRecover, kShell, kChdir, kCd, kSet, kUndo, kShellEscape, kAgain, kMap, kUnmap,
    kAbbreviate, kUnabbreviate, kSource, kStop, kSuspend, kVersion, kUnknown
};

CommandName command_named(std::string_view word) {
    int index = 0;
    for (std::string_view rest = kNames; !rest.empty(); ++index) {
        std::string_view entry = rest.substr(0, rest.find(' '));
        rest.remove_prefix(entry.size() + 1);
        auto least = static_cast<size_t>(entry.back() - '0');
        if (word.size() >= least && word.size() < entry.size() && entry.starts_with(word)) break;
    }
    return static_cast<CommandName>(index);
}

} // namespace

// Addresses.

bool Editor::parse_address(std::string_view& text, size_t& line) {
    skip_blanks(text);
    if (text.empty()) return false;
    size_t last = buffer_.line_count() - 1;
    char first = text[0];
    bool any = true;
    if (isdigit(static_cast<unsigned char>(first))) {
        size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        auto number = parse_unsigned(text.substr(0, digits));
        line = number && *number > 0 ? static_cast<size_t>(std::min<uint64_t>(*number - 1, last)) : 0;
        if (number && *number == 0) line = SIZE_MAX; // before the first line
        text.remove_prefix(digits);
    } else if (first == '.') {
        line = cursor_.line;
        text.remove_prefix(1);
    } else if (first == '$') {
        line = last;
        text.remove_prefix(1);
    } else if (first == '\'' && text.size() > 1) {
        line = buffer_.mark(text[1]).line;
        if (line == Buffer::kNoLine) {
            complain("Mark not set");
            return false;
        }
        line = std::min(line, last);
        text.remove_prefix(2);
    } else if (first == '/' || first == '?') {
        text.remove_prefix(1);
        std::string pattern = take_delimited(text, first);
        if (!pattern.empty()) last_pattern_ = pattern;
        Position start = cursor_;
        cursor_.column = first == '/' ? buffer_.line(cursor_.line).size() : 0;
        bool found = search(last_pattern_, first == '/', 1);
        line = cursor_.line;
        cursor_ = start;
        if (!found) return false;
    } else if (first == '+' || first == '-') {
        line = cursor_.line;
    } else {
        any = false;
    }
    while (any && !text.empty() && (text[0] == '+' || text[0] == '-')) {
        bool plus = text[0] == '+';
        text.remove_prefix(1);
        size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        auto number = digits > 0 ? parse_unsigned(text.substr(0, digits)) : std::optional<uint64_t>(1);
        text.remove_prefix(digits);
        size_t distance = number ? static_cast<size_t>(std::min<uint64_t>(*number, last)) : last;
        line = plus ? std::min(line + distance, last) : line - std::min(line, distance);
    }
    return any;
}

bool Editor::parse_range(std::string_view& text, size_t& first, size_t& last, int& given) {
    given = 0;
    first = last = cursor_.line;
    skip_blanks(text);
    if (!text.empty() && text[0] == '%') {
        text.remove_prefix(1);
        first = 0;
        last = buffer_.line_count() - 1;
        given = 2;
        return true;
    }
    size_t line;
    if (parse_address(text, line)) {
        first = last = line;
        given = 1;
    }
    skip_blanks(text);
    if (!failed_ && !text.empty() && (text[0] == ',' || text[0] == ';')) {
        if (text[0] == ';' && given) cursor_.line = first;
        text.remove_prefix(1);
        last = cursor_.line;
        if (parse_address(text, line)) last = line;
        given = 2;
    }
    if (failed_) return false;
    if (first != SIZE_MAX && last != SIZE_MAX && first > last) {
        complain("The first address is behind the second");
        return false;
    }
    return true;
}

// Files.

bool Editor::read_file(const std::string& name) {
    if (name != name_) alternate_name_ = name_;
    name_ = name;
    struct stat info;
    std::vector<std::string> lines;
    if (stat(name.c_str(), &info) != 0) {
        int error = errno;
        buffer_.load({});
        say("\"%s\" [New File]", name.c_str());
        if (error != ENOENT) complain_of(name, error);
        return true;
    }
    Input input;
    if (S_ISDIR(info.st_mode)) errno = EISDIR;
    if (S_ISDIR(info.st_mode) || !input.open(name.c_str())) {
        complain_of(name, errno);
        return false;
    }
    bool ended = true;
    size_t bytes = 0;
    while (auto line = input.next_line('\n', &ended)) {
        lines.emplace_back(*line);
        bytes += line->size() + 1;
    }
    if (input.error()) {
        complain_of(name, input.error());
        return false;
    }
    if (!ended && bytes > 0) --bytes;
    size_t count = lines.size();
    buffer_.load(std::move(lines));
    bool writable = !read_only_ && access(name.c_str(), W_OK) == 0;
    say("\"%s\"%s%s %zu lines, %zu characters", name.c_str(), writable ? "" : " [Read only]",
        ended ? "" : " [Incomplete last line]", count, bytes);
    cursor_ = {};
    top_ = 0;
    return true;
}

bool Editor::write_file(std::string_view operand, size_t first, size_t last, bool whole, bool force) {
    skip_blanks(operand);
    bool append = operand.starts_with(">>");
    if (append) {
        operand.remove_prefix(2);
        skip_blanks(operand);
    }
    std::string target = operand.empty() ? name_ : std::string(operand);
    if (target.empty()) {
        complain("No current filename");
        return false;
    }
    bool own = target == name_;
    struct stat info;
    bool exists = stat(target.c_str(), &info) == 0;
    if (!force && exists && !append && (!own || read_only_)) {
        complain("File %s (use ! to override)", own ? "is read only" : "exists");
        return false;
    }
    int fd = open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : 0), 0666);
    if (fd < 0) {
        complain_of(target, errno);
        return false;
    }
    bool nothing = buffer_.line_count() == 1 && buffer_.line(0).empty() && whole;
    off_t size = 0;
    for (size_t line = first; line <= last && !nothing; ++line)
        size += static_cast<off_t>(buffer_.line(line).size() + 1);
    int error = append ? 0 : take_room(fd, size);
    if (error) {
        close(fd);
        if (!exists) unlink(target.c_str());
        complain_of(target, error);
        return false;
    }
    size_t bytes = 0;
    std::string block;
    auto flush = [&] {
        if (!error && !write_all(fd, block)) error = errno;
        bytes += block.size();
        block.clear();
    };
    for (size_t line = first; line <= last && !nothing; ++line) {
        block += buffer_.line(line) + "\n";
        if (block.size() > 64 * 1024) flush();
    }
    flush();
    if (!append && !error && ftruncate(fd, size) != 0 && errno != EINVAL) error = errno;
    if (close(fd) != 0 && !error) error = errno;
    if (error) {
        complain_of(target, error);
        return false;
    }
    if (name_.empty()) {
        name_ = target;
        own = true;
    }
    if (own && whole) buffer_.set_unmodified();
    say("\"%s\"%s %zu lines, %zu characters", target.c_str(), exists ? "" : " [New File]",
        nothing ? 0 : last - first + 1, bytes);
    return true;
}

void Editor::edit_file(const std::string& name, bool force) {
    if (!force && buffer_.is_modified()) {
        complain("No write since last change (use ! to override)");
        return;
    }
    std::string wanted = name.empty() ? name_ : name == "#" ? alternate_name_ : name;
    if (wanted.empty())
        complain("No alternate filename");
    else
        read_file(wanted);
}

// A file's lines are colon commands; false when it cannot be read.
bool Editor::source(const std::string& name) {
    Input input;
    if (!input.open(name.c_str())) return false;
    while (auto line = input.next_line()) colon_line(*line);
    return true;
}

// $EXINIT, or else $HOME/.exrc.
void Editor::start_up() {
    if (const char* commands = getenv("EXINIT"))
        colon_line(commands);
    else if (const char* home = getenv("HOME"))
        source(std::string(home) + "/.exrc");
}

void Editor::open_files(std::vector<std::string> names, bool read_only) {
    read_only_ = read_only;
    files_ = std::move(names);
    if (!files_.empty()) read_file(files_[0]);
}

void Editor::quit(bool force) {
    if (!force && buffer_.is_modified()) {
        complain("No write since last change (use ! to override)");
        return;
    }
    quit_ = true;
}

void Editor::global(size_t first, size_t last, std::string_view arguments, bool matching) {
    if (arguments.empty()) {
        complain("A pattern is needed");
        return;
    }
    char delimiter = arguments[0];
    arguments.remove_prefix(1);
    std::string pattern = take_delimited(arguments, delimiter);
    if (!pattern.empty()) last_pattern_ = pattern;
    std::string problem;
    auto regex = Regex::compile(last_pattern_, Syntax::basic, ignore_case_ ? REG_ICASE : 0, problem);
    if (!regex) {
        complain("%s", problem.c_str());
        return;
    }
    std::string command(arguments);
    std::vector<regmatch_t> matches;
    std::vector<size_t> chosen;
    for (size_t line = first; line <= last; ++line)
        if (regex->search(buffer_.line(line), 0, matches) == matching) chosen.push_back(line);
    if (chosen.empty()) {
        complain("Pattern not found: %s", last_pattern_.c_str());
        return;
    }
    // Lines move as the commands change others: the shift so far is what the buffer grew or shrank by.
    ptrdiff_t shift = 0;
    for (size_t line : chosen) {
        auto place = static_cast<ptrdiff_t>(line) + shift;
        if (place < 0 || static_cast<size_t>(place) >= buffer_.line_count()) continue;
        cursor_ = {static_cast<size_t>(place), 0};
        size_t before = buffer_.line_count();
        colon_line(command.empty() ? "p" : command);
        shift += static_cast<ptrdiff_t>(buffer_.line_count()) - static_cast<ptrdiff_t>(before);
    }
    failed_ = false;
}

void Editor::set_option(std::string_view arguments) {
    struct Flag {
        std::string_view name, short_name;
        bool Editor::* value;
    };
    static constexpr Flag kFlags[] = {{"number", "nu", &Editor::number_},
                                      {"ignorecase", "ic", &Editor::ignore_case_},
                                      {"autoindent", "ai", &Editor::auto_indent_},
                                      {"expandtab", "et", &Editor::expand_tabs_},
                                      {"readonly", "ro", &Editor::read_only_},
                                      {"magic", "magic", &Editor::magic_},
                                      {"wrapscan", "ws", &Editor::wrap_scan_}};
    while (true) {
        skip_blanks(arguments);
        if (arguments.empty()) return;
        std::string_view word = arguments.substr(0, arguments.find(' '));
        arguments.remove_prefix(word.size());
        size_t equals = word.find('=');
        std::string_view name = word.substr(0, equals);
        if (equals != std::string_view::npos) {
            auto value = parse_unsigned(word.substr(equals + 1));
            bool tabs = name == "tabstop" || name == "ts", shift_width = name == "shiftwidth" || name == "sw";
            if (!value || *value == 0 || *value > 100 || (!tabs && !shift_width)) {
                complain("set: %.*s: no such option or value", static_cast<int>(word.size()), word.data());
                return;
            }
            (tabs ? tab_stop_ : shift_width_) = static_cast<size_t>(*value);
            continue;
        }
        bool value = !name.starts_with("no") || name == "number" || name == "nu";
        if (!value) name.remove_prefix(2);
        bool found = false;
        for (const Flag& flag : kFlags)
            if (name == flag.name || name == flag.short_name) {
                this->*flag.value = value;
                found = true;
            }
        if (!found) {
            complain("set: %.*s: no such option", static_cast<int>(word.size()), word.data());
            return;
        }
    }
}

// The commands.

void Editor::colon_line(std::string_view line) {
    while (true) {
        size_t end = end_of_command(line);
        colon_command(std::string(line.substr(0, end)));
        if (failed_ || end == std::string_view::npos) return;
        line.remove_prefix(end + 1);
    }
}

void Editor::colon_command(const std::string& line) {
    std::string_view text = line;
    size_t first, last;
    int given;
    while (!text.empty() && (text[0] == ':' || text[0] == ' ')) text.remove_prefix(1);
    if (text.empty() || text[0] == '"') return;
    if (text[0] == '@') { // @x: the register's lines are commands
        char wanted = text.size() > 1 && text[1] != '@' ? text[1] : last_macro_;
        last_macro_ = wanted;
        std::vector<std::string> lines = register_named(wanted).lines;
        if (lines.empty()) return complain("Nothing in the register");
        for (const std::string& each : lines) colon_line(each);
        return;
    }
    if (!parse_range(text, first, last, given)) return;
    skip_blanks(text);
    size_t length = 0;
    while (length < text.size() && isalpha(static_cast<unsigned char>(text[length]))) ++length;
    // :s and :g take any delimiter, also a letter's neighbour: "s/a/b/" is one letter.
    std::string_view name = text.substr(0, length);
    if (length == 0 && !text.empty()) name = text.substr(0, 1);
    text.remove_prefix(name.size());
    bool force = text.starts_with('!') && name != "!";
    if (force) text.remove_prefix(1);
    std::string_view arguments = text;
    skip_blanks(arguments);
    bool whole = given == 0;
    if (name.empty()) {
        if (given) {
            before_jump_ = cursor_;
            size_t target = last == SIZE_MAX ? 0 : last;
            move_to({target, first_nonblank(buffer_.line(target))});
            if (ex_mode_) print_lines(target, target, 'p');
        }
        return;
    }
    bool at_top = last == SIZE_MAX; // address 0
    if (first == SIZE_MAX) first = 0;
    if (at_top) last = 0;
    size_t all_last = buffer_.line_count() - 1;
    const CommandName command = command_named(name);
    auto take_register = [&](size_t begin, size_t end) {
        store(arguments.empty() || !isalpha(static_cast<unsigned char>(arguments[0])) ? '"' : arguments[0],
              take_text({begin, 0}, {end, 0}, Reach::lines));
    };
    if (command == kWrite) {
        if (arguments.starts_with('!'))
            write_to_command(whole ? 0 : first, whole ? all_last : last, std::string(arguments.substr(1)));
        else
            write_file(arguments, whole ? 0 : first, whole ? all_last : last, whole, force);
    } else if (command == kWq || command == kXit || command == kExit) {
        if (command != kWq && !buffer_.is_modified() && arguments.empty()) {
            quit_ = true;
            return;
        }
        if (write_file(arguments, whole ? 0 : first, whole ? all_last : last, whole, force)) quit(false);
    } else if (command == kQuit || command == kQa) {
        quit(force);
    } else if (command == kEdit) {
        edit_file(std::string(arguments), force);
    } else if (command == kNext || command == kPrevious || command == kRewind) {
        size_t target = command == kNext ? file_index_ + 1 : command == kRewind ? 0 : file_index_ - 1;
        if (target >= files_.size()) {
            complain("No more files to edit");
            return;
        }
        if (!force && buffer_.is_modified()) {
            complain("No write since last change (use ! to override)");
            return;
        }
        file_index_ = target;
        read_file(files_[file_index_]);
    } else if (command == kFile) {
        if (!arguments.empty()) name_ = arguments;
        say_position();
    } else if (command == kRead && arguments.starts_with('!')) {
        read_from_command(at_top ? 0 : last + 1, std::string(arguments.substr(1)));
    } else if (command == kRead && force) { // :r!command
        read_from_command(at_top ? 0 : last + 1, std::string(arguments));
    } else if (command == kRead) {
        Input input;
        std::vector<std::string> lines;
        if (!input.open(std::string(arguments).c_str())) {
            complain_of(std::string(arguments), errno);
            return;
        }
        while (auto next = input.next_line()) lines.emplace_back(*next);
        insert_lines_at(at_top ? 0 : last + 1, std::move(lines));
    } else if (command == kS || command == kSubstitute) {
        substitute(first, last, text);
    } else if (name[0] == 's' && name.size() <= 3 &&
               name.find_first_not_of("sgi") == std::string_view::npos) { // :sg
        substitute(first, last, name.substr(1));
    } else if (command == kG || command == kGlobal) {
        global(whole ? 0 : first, whole ? all_last : last, text, !force);
    } else if (command == kV || command == kVglobal) {
        global(whole ? 0 : first, whole ? all_last : last, text, false);
    } else if (command == kDelete) {
        take_register(first, last);
        keep_deleted(register_named('"'));
        delete_text({first, 0}, {last, 0}, Reach::lines);
    } else if (command == kYank) {
        take_register(first, last);
    } else if (command == kPut) {
        cursor_.line = last;
        Command putting;
        if (!arguments.empty()) putting.register_name = arguments[0];
        put(putting, !at_top);
    } else if (command == kJoin) {
        cursor_ = {first, 0};
        join_lines(given == 2 ? last - first + 1 : 2);
    } else if (command == kMove || command == kCopy || command == kT) {
        size_t target;
        if (!parse_address(arguments, target)) {
            complain("An address is needed");
            return;
        }
        size_t at = target == SIZE_MAX ? 0 : target + 1;
        Register lines = take_text({first, 0}, {last, 0}, Reach::lines);
        size_t count = lines.lines.size();
        bool move = command == kMove;
        if (move && at > first && at <= last) {
            complain("Lines cannot move into themselves");
            return;
        }
        buffer_.replace(at, 0, std::move(lines.lines));
        if (move) {
            size_t from = at <= first ? first + count : first;
            buffer_.replace(from, count, {});
            if (at > first) at -= count;
        }
        move_to({at + count - 1, 0});
    } else if (command == kShiftRight || command == kShiftLeft) {
        shift(first, last, command == kShiftRight);
    } else if (command == kMark || command == kK) {
        if (!arguments.empty()) buffer_.mark(arguments[0]) = {last, 0};
    } else if (command == kNormal) {
        std::vector<int> keys;
        for (char byte : arguments) keys.push_back(static_cast<unsigned char>(byte));
        keys.push_back(0x1b);
        feed(keys);
    } else if (command == kLineNumber) {
        size_t number = given ? last + 1 : all_last + 1;
        if (ex_mode_)
            out.print("%zu\n", number);
        else
            say("%zu", number);
    } else if (command == kPrint || command == kNumber || command == kNumbered || command == kList) {
        print_lines(first, last, command == kList ? 'l' : command == kPrint ? 'p' : '#');
    } else if (ex_mode_ && (command == kAppend || command == kInsert || command == kChange)) {
        std::vector<std::string> lines = read_ex_text();
        size_t at = at_top            ? 0
                    : command == kAppend ? last + 1
                                      : first,
               removed = command == kChange ? last - first + 1 : 0;
        size_t count = lines.size();
        buffer_.replace(at, removed, std::move(lines));
        move_to({count > 0 ? at + count - 1 : at, 0});
    } else if (command == kWn) {
        if (write_file(arguments, 0, all_last, true, force)) colon_command("next");
    } else if (command == kPreserve) {
        preserve();
    } else if (command == kRecover) {
        recover(arguments.empty() ? name_ : std::string(arguments));
    } else if (command == kShell) {
        const char* shell = getenv("SHELL");
        shell_command(shell ? shell : "sh");
    } else if (command == kChdir || command == kCd) {
        const char* home = getenv("HOME");
        std::string folder = arguments.empty() ? (home ? home : "/") : std::string(arguments);
        if (chdir(folder.c_str()) != 0) complain_of(folder, errno);
    } else if (command == kSet) {
        set_option(arguments);
    } else if (command == kUndo) {
        if (!buffer_.undo(cursor_)) complain("Nothing to undo");
        clamp();
    } else if (command == kShellEscape) {
        if (given)
            filter_lines(first, last, std::string(text));
        else
            shell_command(std::string(text));
    } else if (command == kAgain) {
        substitute(first, last, text);
    } else if (command == kMap || command == kUnmap || command == kAbbreviate || command == kUnabbreviate) {
        bool words = command == kAbbreviate || command == kUnabbreviate;
        set_mapping(words ? 'a' : force ? '!' : 'm', name[0] == 'u', arguments);
    } else if (command == kSource) {
        if (!source(std::string(arguments))) complain_of(std::string(arguments), errno);
    } else if (command == kStop || command == kSuspend) {
        suspend();
    } else if (command == kVersion) {
        say("Martlet vi");
    } else {
        complain("The %.*s command is unknown", static_cast<int>(name.size()), name.data());
    }
}

} // namespace coreutils::vi
