// The colon commands (POSIX.1-2017 ex, those that people type): taking a line apart, and what each command does.
// Addresses, files, :s, :g, :set and other programs have files of their own.
#include "framework/input.h"
#include "framework/output.h"
#include "vi/editor.h"
#include "vi/ex_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

namespace coreutils::vi {

void skip_blanks(std::string_view& text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
}

void Editor::colon_line(std::string_view line) {
    while (true) {
        size_t end = end_of_command(line);
        colon_command(std::string(line.substr(0, end)));
        if (failed_ || end == std::string_view::npos) return;
        line.remove_prefix(end + 1);
    }
}

// False after complaining, or when there is only an address.
bool Editor::parse_command(std::string_view text, ColonCommand& command) {
    if (!parse_range(text, command.first, command.last, command.addresses)) return false;
    skip_blanks(text);
    size_t length = 0;
    while (length < text.size() && isalpha(static_cast<unsigned char>(text[length]))) ++length;
    command.name = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(command.name.size());
    command.force = text.starts_with('!') && command.name != "!";
    if (command.force) text.remove_prefix(1);
    command.text = command.arguments = text;
    skip_blanks(command.arguments);
    command.at_top = command.last == SIZE_MAX;
    if (command.first == SIZE_MAX) command.first = 0;
    if (command.at_top) command.last = 0;
    command.command = command_named(command.name);
    return true;
}

void Editor::colon_command(const std::string& line) {
    std::string_view text = line;
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
    ColonCommand command;
    if (!parse_command(text, command)) return;
    if (command.name.empty()) {
        if (!command.addresses) return;
        before_jump_ = cursor_;
        move_to({command.last, first_nonblank(buffer_.line(command.last))});
        if (ex_mode_) print_lines(command.last, command.last, 'p');
        return;
    }
    bool short_substitution = // :sg
        command.command == kUnknown && command.name[0] == 's' && command.name.size() <= 3 &&
        command.name.find_first_not_of("sgi") == std::string_view::npos;
    if (short_substitution) return substitute(command.first, command.last, command.name.substr(1));
    if (file_command(command) || text_command(command) || ex_text_command(command) || other_command(command)) return;
    complain("The %.*s command is unknown", static_cast<int>(command.name.size()), command.name.data());
}

// Files. Each of these answers whether the command is one of its own.
bool Editor::file_command(const ColonCommand& command) {
    const bool whole = command.addresses == 0;
    const size_t first = whole ? 0 : command.first, last = whole ? buffer_.line_count() - 1 : command.last;
    const std::string name(command.arguments);
    switch (command.command) {
    case kWrite:
        if (name.starts_with('!'))
            write_to_command(first, last, name.substr(1));
        else
            write_file(name, first, last, whole, command.force);
        return true;
    case kXit:
    case kExit:
        if (!buffer_.is_modified() && name.empty()) {
            quit_ = true;
            return true;
        }
        [[fallthrough]];
    case kWq:
        if (write_file(name, first, last, whole, command.force)) quit(false);
        return true;
    case kWn:
        if (write_file(name, 0, buffer_.line_count() - 1, true, command.force)) edit_argument(file_index_ + 1, false);
        return true;
    case kQuit:
    case kQa:
        quit(command.force);
        return true;
    case kEdit:
        edit_file(name, command.force);
        return true;
    case kNext:
        edit_argument(file_index_ + 1, command.force);
        return true;
    case kPrevious:
        edit_argument(file_index_ - 1, command.force);
        return true;
    case kRewind:
        edit_argument(0, command.force);
        return true;
    case kFile:
        if (!name.empty()) name_ = name;
        say_position();
        return true;
    case kRead:
        insert_from(command);
        return true;
    case kPreserve:
        preserve();
        return true;
    case kRecover:
        recover(name.empty() ? name_ : name);
        return true;
    case kSource:
        if (!source(name)) complain_of(name, errno);
        return true;
    default:
        return false;
    }
}

// :r FILE, :r !COMMAND and :r!COMMAND.
void Editor::insert_from(const ColonCommand& command) {
    const size_t at = command.at_top ? 0 : command.last + 1;
    const std::string name(command.arguments);
    if (command.force) return read_from_command(at, name);
    if (name.starts_with('!')) return read_from_command(at, name.substr(1));
    const std::string& wanted = name.empty() ? name_ : name;
    Input input;
    if (!input.open(wanted.c_str())) return complain_of(wanted, errno);
    std::vector<std::string> lines;
    while (auto next = input.next_line()) lines.emplace_back(*next);
    insert_lines_at(at, std::move(lines));
}

// Lines and what they hold.
bool Editor::text_command(const ColonCommand& command) {
    const size_t first = command.first, last = command.last;
    const bool whole = command.addresses == 0;
    const size_t all_last = buffer_.line_count() - 1;
    const char letter = command.arguments.empty() ? '\0' : command.arguments[0];
    auto keep = [&] {
        char name = isalpha(static_cast<unsigned char>(letter)) ? letter : '"';
        store(name, take_text({first, 0}, {last, 0}, Reach::lines));
    };
    switch (command.command) {
    case kS:
    case kSubstitute:
    case kAgain:
        substitute(first, last, command.text);
        return true;
    case kG:
    case kGlobal:
    case kV:
    case kVglobal: {
        bool matching = !command.force && (command.command == kG || command.command == kGlobal);
        global(whole ? 0 : first, whole ? all_last : last, command.text, matching);
        return true;
    }
    case kDelete:
        keep();
        keep_deleted(register_named('"'));
        delete_text({first, 0}, {last, 0}, Reach::lines);
        return true;
    case kYank:
        keep();
        return true;
    case kPut: {
        cursor_.line = last;
        Command putting;
        if (letter) putting.register_name = letter;
        put(putting, !command.at_top);
        return true;
    }
    case kJoin:
        cursor_ = {first, 0};
        join_lines(command.addresses == 2 ? last - first + 1 : 2);
        return true;
    case kMove:
    case kCopy:
    case kT:
        copy_lines(command);
        return true;
    case kShiftRight:
    case kShiftLeft:
        shift(first, last, command.command == kShiftRight);
        return true;
    case kMark:
    case kK:
        if (letter) buffer_.mark(letter) = {last, 0};
        return true;
    case kLineNumber: {
        size_t number = whole ? all_last + 1 : last + 1;
        if (ex_mode_)
            out.print("%zu\n", number);
        else
            say("%zu", number);
        return true;
    }
    case kPrint:
        print_lines(first, last, 'p');
        return true;
    case kNumber:
    case kNumbered:
        print_lines(first, last, '#');
        return true;
    case kList:
        print_lines(first, last, 'l');
        return true;
    default:
        return false;
    }
}

// :move, :copy and :t.
void Editor::copy_lines(const ColonCommand& command) {
    std::string_view address = command.arguments;
    const size_t first = command.first, last = command.last;
    size_t target;
    if (!parse_address(address, target)) return complain("An address is needed");
    size_t at = target == SIZE_MAX ? 0 : target + 1;
    const bool moves = command.command == kMove;
    if (moves && at > first && at <= last) return complain("Lines cannot move into themselves");
    Register lines = take_text({first, 0}, {last, 0}, Reach::lines);
    const size_t count = lines.lines.size();
    buffer_.replace(at, 0, std::move(lines.lines));
    if (moves) {
        buffer_.replace(at <= first ? first + count : first, count, {});
        if (at > first) at -= count;
    }
    move_to({at + count - 1, 0});
}

// :append, :insert and :change, which take the lines that follow: without a screen only.
bool Editor::ex_text_command(const ColonCommand& command) {
    const bool appends = command.command == kAppend, changes = command.command == kChange;
    if (!ex_mode_ || (!appends && !changes && command.command != kInsert)) return false;
    std::vector<std::string> lines = read_ex_text();
    const size_t at = command.at_top ? 0 : appends ? command.last + 1 : command.first;
    const size_t count = lines.size();
    buffer_.replace(at, changes ? command.last - command.first + 1 : 0, std::move(lines));
    move_to({count > 0 ? at + count - 1 : at, 0});
    return true;
}

// The editor itself and what is around it.
bool Editor::other_command(const ColonCommand& command) {
    const std::string argument(command.arguments);
    switch (command.command) {
    case kNormal: {
        std::vector<int> keys = keys_of(argument);
        keys.push_back(kEscape);
        feed(keys);
        return true;
    }
    case kShell: {
        const char* shell = getenv("SHELL");
        shell_command(shell ? shell : "sh");
        return true;
    }
    case kChdir:
    case kCd: {
        const char* home = getenv("HOME");
        std::string folder = !argument.empty() ? argument : home ? home : "/";
        if (chdir(folder.c_str()) != 0) complain_of(folder, errno);
        return true;
    }
    case kSet:
        set_option(argument);
        return true;
    case kUndo:
        if (!buffer_.undo(cursor_)) complain("Nothing to undo");
        clamp();
        return true;
    case kShellEscape:
        if (command.addresses)
            filter_lines(command.first, command.last, std::string(command.text));
        else
            shell_command(std::string(command.text));
        return true;
    case kMap:
    case kUnmap:
        set_mapping(command.force ? MappingKind::insert : MappingKind::command, command.command == kUnmap, argument);
        return true;
    case kAbbreviate:
    case kUnabbreviate:
        set_mapping(MappingKind::abbreviation, command.command == kUnabbreviate, argument);
        return true;
    case kStop:
    case kSuspend:
        suspend();
        return true;
    case kVersion:
        say("Martlet vi");
        return true;
    default:
        return false;
    }
}

} // namespace coreutils::vi
