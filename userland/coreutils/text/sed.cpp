// sed: POSIX.1-2017 and GNU's -E -i -s -z -l, commands e F Q R T v W z, addresses first~step, 0,/re/,
// addr,+N, addr,~N and the flags e I M. The parser is in sed_script.cpp; here a script runs over its input.
// One file although long: the commands share the state of one executor.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "lib/utf8.h"
#include "text/sed_script.h"

#include <errno.h>
#include <fcntl.h>
#include <memory>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <wctype.h>

namespace coreutils::sed {
namespace {

enum : int { kPosix = kLongOnly, kFollow, kDebug, kSandbox };

constexpr Option kOptions[] = {
    {'n', "quiet", nullptr, "suppress automatic printing of pattern space"},
    {'n', "silent", nullptr, nullptr},
    {kDebug, "debug", nullptr, nullptr},
    {'e', "expression", "SCRIPT", "add the script to the commands to be executed"},
    {'f', "file", "FILE", "add the contents of FILE to the commands to be executed"},
    {'E', "regexp-extended", nullptr, "use extended regular expressions in the script"},
    {'r', nullptr, nullptr, "the same as -E"},
    {'i', "in-place", "[SUFFIX]", "edit files in place (makes backup if SUFFIX supplied)"},
    {'l', "line-length", "N", "specify the desired line-wrap length for the `l' command"},
    {kPosix, "posix", nullptr, "disable all GNU extensions"},
    {kFollow, "follow-symlinks", nullptr, "follow symlinks when processing in place"},
    {kSandbox, "sandbox", nullptr, "operate in sandbox mode: no e, r, w"},
    {'s', "separate", nullptr, "consider files as separate rather than as one stream"},
    {'u', "unbuffered", nullptr, "load minimal amounts of data and flush output often"},
    {'z', "null-data", nullptr, "separate lines by NUL characters"},
};

struct Settings {
    bool quiet = false, separate = false, in_place = false, unbuffered = false, posix = false,
         follow_links = false;
    bool sandbox = false;
    std::string suffix;
    uint64_t line_length = 70;
    char delimiter = '\n';
};

// A file that is written, and whether its last line still lacks its end.
struct Sink {
    std::unique_ptr<Output> own;
    Output* output = nullptr;
    bool missing_newline = false;
};

// The lines of all files, or of each, one look ahead.
class Lines {
public:
    Lines(std::span<char*> names, const Settings& settings) : names_(names), settings_(settings) {}

    // Opens the next file that can be opened; false when there is none.
    bool open_next() {
        while (next_ < names_.size()) {
            name_ = names_[next_++];
            input_ = std::make_unique<Input>();
            // Nothing can be put in the place of standard input: with -i a file of that name is meant.
            if (input_->open(settings_.in_place && strcmp(name_, "-") == 0 ? "./-" : name_)) {
                if (is_directory_fd(input_->fd())) {
                    warn("%s: %s", name_, settings_.in_place ? "not a regular file" : "is a directory");
                    status = settings_.in_place ? 4 : 2;
                    continue;
                }
                return true;
            }
            warn_errno(name_);
            status = 2;
        }
        input_.reset();
        return false;
    }

    bool is_open() const { return input_ != nullptr; }

    // The next line of the file in hand.
    bool read(std::string& line, bool& ended) {
        auto next = input_->next_line(settings_.delimiter, &ended);
        if (input_->error()) {
            warn_errno(input_label(name_), input_->error());
            status = 2;
        }
        if (!next) return false;
        line.assign(*next);
        return true;
    }

    // Whether the file in hand has no more lines.
    bool file_is_finished() { return input_->buffered().empty() && !input_->fill_more(); }

    // Whether no line follows in this stream: in this file, or in all that follow when they are one stream.
    bool is_last() {
        if (!input_) return true;
        if (!file_is_finished()) return false;
        if (settings_.separate) return true;
        for (size_t i = next_; i < names_.size(); ++i) {
            // A later file that is empty or missing does not count.
            if (strcmp(names_[i], "-") == 0) return false;
            int fd = open(names_[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
            if (fd < 0) continue;
            struct stat info;
            char byte;
            bool has_text = fstat(fd, &info) == 0 && !S_ISDIR(info.st_mode) &&
                            (!S_ISREG(info.st_mode) || ::read(fd, &byte, 1) == 1);
            close(fd);
            if (has_text) return false;
        }
        return true;
    }

    const char* name() const { return name_; }
    int status = 0;

private:
    static bool is_directory_fd(int fd) {
        struct stat info;
        return fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
    }

    std::span<char*> names_;
    const Settings& settings_;
    size_t next_ = 0;
    const char* name_ = "-";
    std::unique_ptr<Input> input_;
};

class Executor {
public:
    Executor(Script& script, const Settings& settings, std::span<char*> names)
        : script_(script), settings_(settings), lines_(names, settings) {
        main_.output = &out;
    }

    int run();

private:
    enum class Flow { next_command, end_cycle, restart_without_reading, end_without_printing, quit };
    struct Appended {
        enum class Kind { text, file, line } kind;
        std::string text;
    };

    void open_outputs();
    bool read_line();
    void begin_in_place();
    void end_in_place();
    void write_line(Sink& sink, std::string_view text, bool ended);
    void write_first_line(Sink& sink);
    void flush_sink(const Sink& sink);
    void write_text(Sink& sink, std::string_view text);
    void end_cycle_output();
    void begin_file();
    void begin_ranges();
    uint64_t end_of_range(const Address& second);
    bool begins_range(Command& command);
    bool is_selected(Command& command);
    bool matches(Address& address);
    bool search(Pattern& pattern, std::string_view text, size_t from);
    Flow execute();
    Flow execute_one(Command& command, size_t& next);
    bool append_next_line();
    bool substitute(Command& command);
    void append_replacement(std::string& result, const Substitution& substitution);
    void list(uint64_t width);
    void transliterate(const Command& command);
    void run_shell(const std::string& command, std::string* result);

    Script& script_;
    const Settings& settings_;
    Lines lines_;
    Sink main_;
    std::vector<Sink> sinks_;
    std::string pattern_space_, hold_space_;
    // Whether the text had its delimiter where it was read; a text keeps that on its way through the hold
    // space.
    bool ended_ = true, hold_ended_ = true;
    uint64_t line_number_ = 0;
    bool substituted_ = false;
    bool quitting_ = false;
    int exit_status_ = 0;
    std::vector<Appended> appended_;
    const Regex* last_regex_ = nullptr;
    std::vector<regmatch_t> matches_;
    std::vector<std::pair<std::string, std::unique_ptr<Input>>> line_files_; // of R
    std::string temporary_name_, edited_name_;
};

void Executor::open_outputs() {
    for (const std::string& name : script_.outputs) {
        Sink sink;
        if (name == "/dev/stdout") {
            sink.output = nullptr; // whatever standard output is at that moment
        } else {
            int fd = name == "/dev/stderr"
                         ? STDERR_FILENO
                         : open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
            if (fd < 0) die_errno(4, name);
            sink.own = std::make_unique<Output>(fd);
            sink.output = sink.own.get();
        }
        sinks_.push_back(std::move(sink));
    }
}

void Executor::write_text(Sink& target, std::string_view text) {
    Sink& sink = target.output ? target : main_;
    if (sink.missing_newline) sink.output->put(settings_.delimiter);
    sink.missing_newline = false;
    sink.output->write(text);
    flush_sink(sink);
}

// Files of w are written line by line, as others may read them meanwhile.
void Executor::flush_sink(const Sink& sink) {
    if (settings_.unbuffered || sink.own) sink.output->flush();
    if (sink.own && &sink != &main_ && sink.output->error())
        die(4, "couldn't write to a file: %s", strerror(sink.output->error()));
}

void Executor::write_line(Sink& target, std::string_view text, bool ended) {
    Sink& sink = target.output ? target : main_;
    if (sink.missing_newline) sink.output->put(settings_.delimiter);
    sink.output->write(text);
    sink.missing_newline = !ended;
    if (ended) sink.output->put(settings_.delimiter);
    flush_sink(sink);
}

void Executor::write_first_line(Sink& target) {
    size_t end = pattern_space_.find(settings_.delimiter);
    write_line(target, std::string_view(pattern_space_).substr(0, end), end != std::string::npos || ended_);
}

// Reads the next line into the pattern space, going from file to file.
bool Executor::read_line() {
    for (;;) {
        if (!lines_.is_open()) {
            if (!lines_.open_next()) return false;
            begin_file();
        }
        if (lines_.read(pattern_space_, ended_)) {
            ++line_number_;
            return true;
        }
        if (settings_.in_place) end_in_place();
        if (!lines_.open_next()) return false;
        begin_file();
    }
}

void Executor::begin_file() {
    if (settings_.in_place) begin_in_place();
    if (!settings_.separate) return;
    line_number_ = 0;
    begin_ranges();
}

void Executor::begin_ranges() {
    for (Command& command : script_.commands) {
        // 0,/re/: the expression may match on the first line
        command.active = command.first.kind == AddressKind::line && command.first.number == 0;
        command.closed = false;
        command.range_end = UINT64_MAX;
    }
}

void Executor::begin_in_place() {
    edited_name_ = lines_.name();
    if (settings_.follow_links) {
        for (int depth = 0; depth < 40; ++depth) {
            auto target = read_link(edited_name_.c_str());
            if (!target) break;
            edited_name_ =
                target->starts_with('/') ? *target : join_path(directory_name(edited_name_), *target);
        }
    }
    struct stat info;
    if (stat(edited_name_.c_str(), &info) != 0) die_errno(4, edited_name_);
    if (!S_ISREG(info.st_mode)) die(4, "couldn't edit %s: not a regular file", edited_name_.c_str());
    temporary_name_ = join_path(directory_name(edited_name_), "sedXXXXXX");
    int fd = mkstemp(temporary_name_.data());
    if (fd < 0) die_errno(4, "couldn't open temporary file " + temporary_name_);
    if (fchown(fd, info.st_uid, info.st_gid) != 0 && errno != EPERM) warn_errno(temporary_name_);
    fchmod(fd, info.st_mode & 07777);
    main_.own = std::make_unique<Output>(fd);
    main_.own->defer_errors();
    main_.output = main_.own.get();
    main_.missing_newline = false;
}

void Executor::end_in_place() {
    if (!main_.own) return;
    main_.own->flush();
    int error = main_.own->error();
    if (close(main_.own->fd()) != 0 && !error) error = errno;
    main_.own.reset();
    main_.output = &out;
    main_.missing_newline = false;
    if (error) {
        unlink(temporary_name_.c_str());
        die_errno(4, edited_name_, error);
    }
    if (!settings_.suffix.empty()) {
        // Each * of the suffix is the name; without one it is put behind.
        std::string base(base_name(edited_name_)), backup;
        if (settings_.suffix.contains('*')) {
            for (char byte : settings_.suffix) backup.append(byte == '*' ? base : std::string(1, byte));
        } else {
            backup = base + settings_.suffix;
        }
        if (!backup.contains('/')) backup = join_path(directory_name(edited_name_), backup);
        if (rename(edited_name_.c_str(), backup.c_str()) != 0) warn_errno(backup);
    }
    if (rename(temporary_name_.c_str(), edited_name_.c_str()) != 0) die_errno(4, edited_name_);
}

bool Executor::search(Pattern& pattern, std::string_view text, size_t from) {
    if (pattern.regex) last_regex_ = &*pattern.regex;
    if (!last_regex_) die(1, "no previous regular expression");
    return last_regex_->search(text, from, matches_);
}

bool Executor::matches(Address& address) {
    switch (address.kind) {
    case AddressKind::none:
        return true;
    case AddressKind::line:
        return line_number_ == address.number;
    case AddressKind::last:
        return lines_.is_last();
    case AddressKind::pattern:
        return search(address.pattern, pattern_space_, 0);
    case AddressKind::step:
        if (address.step == 0) return line_number_ == address.number;
        return line_number_ >= address.number && (line_number_ - address.number) % address.step == 0;
    default:
        return false;
    }
}

// Where a range that begins in this line ends, in lines; an expression or $ tells by itself.
uint64_t Executor::end_of_range(const Address& second) {
    switch (second.kind) {
    case AddressKind::line:
        return second.number;
    case AddressKind::plus:
        return line_number_ + second.number;
    case AddressKind::multiple:
        return second.number ? (line_number_ / second.number + 1) * second.number : line_number_;
    case AddressKind::last:
        return lines_.is_last() ? 0 : UINT64_MAX;
    default:
        return UINT64_MAX;
    }
}

// A range that begins at a line number also begins later, when no command saw that line (after d, N or n).
bool Executor::begins_range(Command& command) {
    if (command.first.kind != AddressKind::line) return matches(command.first);
    if (command.closed || line_number_ < command.first.number) return false;
    return command.second.kind != AddressKind::line || line_number_ == command.first.number ||
           line_number_ <= command.second.number;
}

// POSIX: the second address counts from the line after the first; a line number that has passed selects one
// line.
bool Executor::is_selected(Command& command) {
    if (command.second.kind == AddressKind::none) return matches(command.first) != command.negated;
    bool inside = command.active;
    if (!command.active) {
        inside = begins_range(command);
        if (inside) {
            command.range_end = end_of_range(command.second);
            command.active = line_number_ < command.range_end;
            command.closed = !command.active;
        }
    } else {
        bool by_number =
            command.second.kind != AddressKind::pattern && command.second.kind != AddressKind::last;
        if (by_number) inside = line_number_ <= command.range_end;
        if (by_number ? line_number_ >= command.range_end : matches(command.second)) {
            command.active = false;
            command.closed = true;
        }
    }
    return inside != command.negated;
}

void Executor::run_shell(const std::string& command, std::string* result) {
    if (main_.output) main_.output->flush();
    PipedProgram program = start_shell(command.c_str(), PipeFlow::from_program);
    {
        Input output(std::exchange(program.fd, -1));
        for (std::string_view block; !(block = output.next_block()).empty();) {
            if (result)
                result->append(block);
            else
                write_text(main_, block);
        }
    }
    program.finish();
}

void Executor::end_cycle_output() {
    for (Appended& item : appended_) {
        switch (item.kind) {
        case Appended::Kind::text:
            write_text(main_, item.text);
            break;
        case Appended::Kind::file: {
            Input input;
            if (!input.open(item.text == "/dev/stdin" ? "-" : item.text.c_str()))
                break; // POSIX: as if it were empty
            for (std::string_view block; !(block = input.next_block()).empty();) write_text(main_, block);
            break;
        }
        case Appended::Kind::line: {
            Input* source = nullptr;
            for (auto& [name, input] : line_files_)
                if (name == item.text) source = input.get();
            if (!source) {
                line_files_.emplace_back(item.text, std::make_unique<Input>());
                source = line_files_.back().second.get();
                if (!source->open(item.text == "/dev/stdin" ? "-" : item.text.c_str())) break;
            }
            if (source->fd() < 0) break;
            bool ended = true;
            if (auto line = source->next_line(settings_.delimiter, &ended)) write_line(main_, *line, ended);
            break;
        }
        }
    }
    appended_.clear();
}

void Executor::append_replacement(std::string& result, const Substitution& substitution) {
    CaseChange lasting = CaseChange::none, once = CaseChange::none;
    auto add = [&](std::string_view text) {
        if (lasting == CaseChange::none && once == CaseChange::none) {
            result.append(text);
            return;
        }
        while (!text.empty()) {
            CodePoint point = decode_utf8(text);
            if (point.value == kInvalidByte) {
                result.push_back(text[0]);
            } else {
                CaseChange change = once != CaseChange::none ? once : lasting;
                auto wide = static_cast<wint_t>(point.value);
                if (change == CaseChange::upper || change == CaseChange::next_upper) wide = towupper(wide);
                if (change == CaseChange::lower || change == CaseChange::next_lower) wide = towlower(wide);
                append_utf8(result, static_cast<char32_t>(wide));
            }
            once = CaseChange::none;
            text.remove_prefix(point.length);
        }
    };
    for (const ReplacementPart& part : substitution.parts) {
        switch (part.change) {
        case CaseChange::none:
            break;
        case CaseChange::next_upper:
        case CaseChange::next_lower:
            once = part.change;
            break;
        case CaseChange::end:
            lasting = once = CaseChange::none;
            break;
        default:
            lasting = part.change, once = CaseChange::none;
        }
        add(part.text);
        if (part.group < 0 || static_cast<size_t>(part.group) >= matches_.size()) continue;
        const regmatch_t& match = matches_[static_cast<size_t>(part.group)];
        if (match.rm_so >= 0)
            add(std::string_view(pattern_space_)
                    .substr(static_cast<size_t>(match.rm_so),
                            static_cast<size_t>(match.rm_eo - match.rm_so)));
    }
}

bool Executor::substitute(Command& command) {
    Substitution& substitution = *command.substitution;
    std::string result;
    size_t from = 0, copied = 0, previous_end = 0;
    uint64_t count = 0;
    bool replaced = false;
    while (from <= pattern_space_.size() && search(substitution.pattern, pattern_space_, from)) {
        auto begin = static_cast<size_t>(matches_[0].rm_so), end = static_cast<size_t>(matches_[0].rm_eo);
        // An empty match right behind the previous one is none.
        bool adjacent_empty = begin == end && count > 0 && begin == previous_end;
        if (!adjacent_empty) {
            ++count;
            previous_end = end;
            if (count >= substitution.number) {
                result.append(pattern_space_, copied, begin - copied);
                append_replacement(result, substitution);
                copied = end;
                replaced = true;
                if (!substitution.global) break;
            }
        }
        if (end > begin) {
            from = end;
        } else {
            // Over one character, which stays.
            from = end < pattern_space_.size()
                       ? end + decode_utf8(std::string_view(pattern_space_).substr(end)).length
                       : end + 1;
        }
    }
    if (!replaced) return false;
    result.append(pattern_space_, copied, std::string::npos);
    pattern_space_ = std::move(result);
    if (substitution.evaluate) {
        std::string output;
        run_shell(pattern_space_, &output);
        if (output.ends_with(settings_.delimiter)) output.pop_back();
        pattern_space_ = std::move(output);
    }
    if (substitution.print) write_line(main_, pattern_space_, ended_);
    if (substitution.output != SIZE_MAX) write_line(sinks_[substitution.output], pattern_space_, ended_);
    return true;
}

void Executor::list(uint64_t width) {
    std::string text, line;
    uint64_t limit = width > 1 ? width - 1 : UINT64_MAX;
    for (char byte : pattern_space_) {
        auto value = static_cast<unsigned char>(byte);
        constexpr std::string_view kValues = "\\\a\b\f\n\r\t\v", kLetters = "\\abfnrtv";
        std::string shown;
        if (size_t at = kValues.find(byte); at != std::string_view::npos) {
            shown = {'\\', kLetters[at]};
        } else if (value >= ' ' && value < 127) {
            shown = {byte};
        } else {
            char octal[8];
            snprintf(octal, sizeof octal, "\\%03o", value);
            shown = octal;
        }
        if (line.size() + shown.size() > limit) {
            text += line + "\\\n";
            line.clear();
        }
        line += shown;
    }
    text += line + "$\n";
    write_text(main_, text);
}

void Executor::transliterate(const Command& command) {
    std::string result;
    std::string_view rest = pattern_space_;
    while (!rest.empty()) {
        CodePoint point = decode_utf8(rest);
        char32_t value =
            point.value == kInvalidByte ? 0xFFFFFF00 | static_cast<unsigned char>(rest[0]) : point.value;
        const std::pair<char32_t, char32_t>* found = nullptr;
        for (const auto& pair : command.transliteration)
            if (pair.first == value) {
                found = &pair;
                break;
            }
        if (!found)
            result.append(rest.substr(0, point.length));
        else if (found->second >= 0xFFFFFF00)
            result.push_back(static_cast<char>(found->second));
        else
            append_utf8(result, found->second);
        rest.remove_prefix(point.length);
    }
    pattern_space_ = std::move(result);
}

// N: false when there is no next line.
bool Executor::append_next_line() {
    if (lines_.is_last()) return false;
    std::string before = std::move(pattern_space_);
    end_cycle_output();
    bool got = read_line();
    if (got)
        pattern_space_.insert(0, before + settings_.delimiter);
    else
        pattern_space_ = std::move(before);
    return got;
}

Executor::Flow Executor::execute_one(Command& command, size_t& next) {
    switch (command.name) {
    case '{':
        break;
    case '=':
        write_text(main_, std::to_string(line_number_) + "\n");
        break;
    case 'a':
        appended_.push_back({Appended::Kind::text, command.text});
        break;
    case 'i':
        write_text(main_, command.text);
        break;
    case 'c':
        // A range is replaced as a whole, at its end.
        if (command.negated || command.second.kind == AddressKind::none || !command.active)
            write_text(main_, command.text);
        return Flow::end_without_printing;
    case 'b':
        next = command.target;
        break;
    case 't':
        if (substituted_) next = command.target;
        substituted_ = false;
        break;
    case 'T':
        if (!substituted_) next = command.target;
        substituted_ = false;
        break;
    case 'd':
        return Flow::end_without_printing;
    case 'D': {
        size_t newline = pattern_space_.find(settings_.delimiter);
        if (newline == std::string::npos) return Flow::end_without_printing;
        pattern_space_.erase(0, newline + 1);
        return Flow::restart_without_reading;
    }
    case 'e':
        if (command.text.empty()) {
            std::string output;
            run_shell(pattern_space_, &output);
            if (output.ends_with(settings_.delimiter)) output.pop_back();
            pattern_space_ = std::move(output);
        } else {
            run_shell(command.text, nullptr);
        }
        break;
    case 'F':
        write_text(main_, std::string(lines_.name()) + "\n");
        break;
    case 'g':
        pattern_space_ = hold_space_;
        ended_ = hold_ended_;
        break;
    case 'G':
        pattern_space_.append(1, settings_.delimiter).append(hold_space_);
        ended_ = hold_ended_;
        break;
    case 'h':
        hold_space_ = pattern_space_;
        hold_ended_ = ended_;
        break;
    case 'H':
        hold_space_.append(1, settings_.delimiter).append(pattern_space_);
        hold_ended_ = ended_;
        break;
    case 'l':
        list(command.has_number ? command.number : settings_.line_length);
        break;
    case 'n':
        if (lines_.is_last() && !settings_.separate) {
            // GNU: without a next line the pattern space is printed; POSIX quits without printing.
            return settings_.posix ? Flow::end_without_printing : Flow::quit;
        }
        if (!settings_.quiet) write_line(main_, pattern_space_, ended_);
        end_cycle_output();
        if (!read_line()) {
            quitting_ = true;
            return Flow::end_without_printing;
        }
        break;
    case 'N':
        if (!append_next_line()) {
            if (settings_.separate && lines_.is_open())
                return settings_.posix ? Flow::end_without_printing : Flow::end_cycle;
            quitting_ = true;
            return settings_.posix ? Flow::end_without_printing : Flow::end_cycle;
        }
        break;
    case 'p':
        write_line(main_, pattern_space_, ended_);
        break;
    case 'P':
        write_first_line(main_);
        break;
    case 'q':
        exit_status_ = static_cast<int>(command.number);
        return Flow::quit;
    case 'Q':
        exit_status_ = static_cast<int>(command.number);
        quitting_ = true;
        return Flow::end_without_printing;
    case 'r':
        appended_.push_back({Appended::Kind::file, command.text});
        break;
    case 'R':
        appended_.push_back({Appended::Kind::line, command.text});
        break;
    case 's':
        if (substitute(command)) substituted_ = true;
        break;
    case 'w':
        write_line(sinks_[command.output], pattern_space_, ended_);
        break;
    case 'W':
        write_first_line(sinks_[command.output]);
        break;
    case 'x':
        pattern_space_.swap(hold_space_);
        std::swap(ended_, hold_ended_);
        break;
    case 'y':
        transliterate(command);
        break;
    case 'z':
        pattern_space_.clear();
        break;
    }
    return Flow::next_command;
}

Executor::Flow Executor::execute() {
    for (size_t at = 0; at < script_.commands.size();) {
        Command& command = script_.commands[at];
        if (!is_selected(command)) {
            at = command.name == '{' ? command.target : at + 1;
            continue;
        }
        size_t next = at + 1;
        Flow flow = execute_one(command, next);
        if (flow != Flow::next_command) return flow;
        at = next;
    }
    return Flow::end_cycle;
}

int Executor::run() {
    open_outputs();
    begin_ranges();
    bool read_next = true;
    while (!quitting_) {
        if (read_next && !read_line()) break;
        if (read_next) substituted_ = false;
        read_next = true;
        Flow flow = execute();
        bool print = flow == Flow::end_cycle || flow == Flow::quit;
        if (print && !settings_.quiet) write_line(main_, pattern_space_, ended_);
        end_cycle_output();
        if (flow == Flow::restart_without_reading) read_next = false;
        if (flow == Flow::quit) quitting_ = true;
    }
    if (settings_.in_place && main_.own) {
        // After q the rest of the file stays as it is.
        std::string line;
        bool ended = true;
        while (lines_.is_open() && lines_.read(line, ended)) write_line(main_, line, ended);
        end_in_place();
    }
    for (Sink& sink : sinks_)
        if (sink.own) sink.own->flush();
    return exit_status_ ? exit_status_ : lines_.status;
}

std::string read_script_file(const char* name) {
    Input input;
    if (!input.open(name)) die_errno(1, std::string("couldn't open file ") + name);
    std::string text;
    for (std::string_view block; !(block = input.next_block()).empty();) text.append(block);
    if (input.error()) die_errno(1, name, input.error());
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

int run(Arguments& arguments) {
    Settings settings;
    ParseSettings parsing;
    std::vector<Source> sources;
    size_t expressions = 0;
    settings.posix = getenv("POSIXLY_CORRECT") != nullptr;
    if (const char* columns = getenv("COLS"))
        if (auto width = parse_unsigned(columns); width && *width > 1) settings.line_length = *width - 1;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'n':
            settings.quiet = true;
            break;
        case 'e':
            sources.push_back({value, "-e expression #" + std::to_string(++expressions), false});
            break;
        case 'f':
            sources.push_back({read_script_file(value), std::string("file ") + value, true});
            break;
        case 'E':
        case 'r':
            parsing.syntax = Syntax::extended;
            break;
        case 'i':
            settings.in_place = settings.separate = true, settings.suffix = value ? value : "";
            break;
        case 'l':
            settings.line_length = unsigned_or_die(value, "line length");
            break;
        case kPosix:
            settings.posix = true;
            break;
        case kFollow:
            settings.follow_links = true;
            break;
        case kSandbox:
            settings.sandbox = true;
            break;
        case 's':
            settings.separate = true;
            break;
        case 'u':
            settings.unbuffered = true;
            break;
        case 'z':
            settings.delimiter = '\0';
            break;
        }
    }
    parsing.posix = settings.posix;
    auto operands = arguments.operands();
    if (sources.empty()) {
        if (operands.empty()) usage_error("missing script");
        sources.push_back({operands[0], "-e expression #1", false});
        operands = operands.subspan(1);
    }
    std::string problem;
    auto script = parse_script(sources, parsing, problem);
    if (!script) die(1, "%s", problem.c_str());
    if (settings.sandbox)
        for (const Command& command : script->commands)
            if (strchr("erRwW", command.name) ||
                (command.substitution &&
                 (command.substitution->evaluate || command.substitution->output != SIZE_MAX)))
                die(1, "e/r/w commands disabled in sandbox mode");
    settings.quiet = settings.quiet || script->quiet;
    static char dash[] = "-";
    static char* standard_input[] = {dash};
    if (operands.empty() && settings.in_place) die(4, "no input files");
    if (operands.empty()) operands = standard_input;
    return Executor(*script, settings, operands).run();
}

constexpr Tool kTool = {
    .name = "sed",
    .synopsis = "[OPTION]... SCRIPT [FILE]...\n[OPTION]... -e SCRIPT... | -f FILE... [FILE]...",
    .summary = "Edit a stream of text by a script.",
    .options = kOptions,
    .run = run,
    .failure_status = 4,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::sed
