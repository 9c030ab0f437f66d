// Normal mode: operators, and the commands of single keys.
#include "vi/editor.h"
#include "vi/text_objects.h"

#include "lib/utf8.h"

#include <algorithm>
#include <ctype.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

namespace coreutils::vi {
namespace {

constexpr size_t kMostCount = 1'000'000;

} // namespace

// Operators.

void Editor::apply_operator(char name, const Command& command, Position from, const Motion& motion) {
    Position to = motion.to;
    Reach reach = motion.reach;
    if (to < from) std::swap(from, to);
    if (name == '<' || name == '>') {
        shift(from.line, to.line, name == '>');
        return;
    }
    // POSIX: an exclusive motion to the beginning of a line ends behind the line before it.
    if (reach == Reach::exclusive && to.column == 0 && to.line > from.line) {
        --to.line;
        to.column = buffer_.line(to.line).size();
        if (from.column <= first_nonblank(buffer_.line(from.line)) && name != 'c') reach = Reach::lines;
    }
    if (name == '!') {
        auto line = read_line('!');
        changed_ = true;
        if (line) filter_lines(from.line, to.line, *line);
        return;
    }
    store(command.register_name, take_text(from, to, reach));
    if (name != 'y') keep_deleted(register_named('"'));
    if (name == 'y') {
        move_to(reach == Reach::lines
                    ? Position{from.line, cursor_.line == from.line ? cursor_.column : from.column}
                    : from);
        return;
    }
    changed_ = true;
    if (name == 'd') {
        delete_text(from, to, reach);
        move_to(cursor_);
        return;
    }
    if (reach == Reach::lines) {
        std::string indent =
            auto_indent_
                ? buffer_.line(from.line).substr(0, std::min(buffer_.line(from.line).find_first_not_of(" \t"),
                                                             buffer_.line(from.line).size()))
                : "";
        size_t column = indent.size();
        buffer_.replace(from.line, to.line - from.line + 1, {std::move(indent)});
        cursor_ = {from.line, column};
    } else {
        delete_text(from, to, reach);
    }
    insert_mode(1);
}

bool Editor::operator_command(const Command& command, int key) {
    if (!strchr("dcy<>!", key) || key == 0) return false;
    buffer_.begin_group(cursor_);
    Command target = command;
    int next = mapped_key(MappingKind::command);
    // 2d3w is d6w.
    size_t count = 0;
    for (; next >= '0' && next <= '9' && (next != '0' || count > 0); next = next_key())
        count = std::min(count * 10 + static_cast<size_t>(next - '0'), kMostCount);
    if (count > 0) {
        target.count = std::min(target.count * count, kMostCount);
        target.has_count = true;
    }
    if (next == key) {
        size_t last = cursor_.line + target.count - 1;
        if (last >= buffer_.line_count()) {
            complain("Not that many lines");
            return true;
        }
        Position from{cursor_.line, cursor_.column};
        apply_operator(static_cast<char>(key), target, from, {{last, cursor_.column}, Reach::lines});
        return true;
    }
    if (next == 'i' || next == 'a') {
        auto object = text_object(buffer_, cursor_, next == 'i' ? Extent::inner : Extent::around, next_key());
        if (!object)
            complain("No such text");
        else if (object->from != object->to || object->reach == Reach::lines || key == 'c')
            apply_operator(static_cast<char>(key), target, cursor_ = object->from, {object->to, object->reach});
        return true;
    }
    auto motion = read_motion(next, target, static_cast<char>(key));
    if (!motion) {
        if (next != kEscape) complain("No such place");
        return true;
    }
    if (motion->reach == Reach::exclusive && motion->to == cursor_ && key != 'c') return true;
    apply_operator(static_cast<char>(key), target, cursor_, *motion);
    return true;
}

void Editor::choose(const TextObject& object) {
    visual_start_ = object.from;
    visual_lines_ |= object.reach == Reach::lines;
    cursor_ = object.to;
    if (object.reach == Reach::exclusive && object.to > object.from)
        cursor_ = object.to.column > 0
                      ? Position{object.to.line, previous_character(buffer_.line(object.to.line), object.to.column)}
                      : Position{object.to.line - 1, last_character(buffer_.line(object.to.line - 1))};
}

// What happens to the text that was chosen; visual mode is over.
void Editor::visual_command(char name, const Command& command) {
    Position from = std::min(*visual_start_, cursor_), to = std::max(*visual_start_, cursor_);
    if (strchr("DXYC", name)) visual_lines_ = true, name |= 0x20;
    Reach reach = visual_lines_                    ? Reach::lines
                  : buffer_.line(to.line).empty() ? Reach::exclusive
                                                  : Reach::inclusive;
    visual_start_.reset();
    buffer_.mark('<') = from;
    buffer_.mark('>') = to;
    buffer_.begin_group(from);
    cursor_ = from;
    switch (name) {
    case ':':
        if (auto line = read_line(':', "'<,'>")) colon_line(*line);
        return;
    case 'J':
        join_lines(to.line - from.line + 1);
        break;
    case '~':
    case 'u':
    case 'U':
        change_case_between(from, to, reach, name);
        break;
    case 'p': {
        Register text = register_named(command.register_name);
        apply_operator('d', {}, from, {to, reach});
        std::swap(text, register_named('"'));
        bool at_end = reach != Reach::lines && cursor_.column < from.column;
        put({}, at_end);
        register_named('"') = std::move(text);
        break;
    }
    default:
        apply_operator(name == 'x' ? 'd' : name == 's' ? 'c' : name, command, from, {to, reach});
    }
    changed_ = false; // what was chosen by hand is not repeated
}

// v and V: the text between two places is chosen first.
void Editor::visual_mode(int key) {
    visual_start_ = cursor_;
    visual_lines_ = key == 'V';
    for (;;) {
        int next = mapped_key(MappingKind::command);
        if (next == kEscape || next == key) break;
        Command command;
        for (size_t count = 0; next >= '0' && next <= '9' && (next != '0' || count > 0); next = next_key()) {
            count = std::min(count * 10 + static_cast<size_t>(next - '0'), kMostCount);
            command.count = count;
            command.has_count = true;
        }
        if (next == 'o') {
            std::swap(*visual_start_, cursor_);
            continue;
        }
        if (next == 'v' || next == 'V') {
            visual_lines_ = next == 'V';
            continue;
        }
        if (next == 'i' || next == 'a') {
            if (auto object = text_object(buffer_, cursor_, next == 'i' ? Extent::inner : Extent::around, next_key()))
                choose(*object);
            continue;
        }
        if (next > 0 && next < 128 && strchr("dcy<>!xsDXYCJ~uU:p", next))
            return visual_command(static_cast<char>(next), command);
        if (auto motion = read_motion(next, command, 0)) move_to(motion->to, motion->keeps_column);
    }
    visual_start_.reset();
}

void Editor::suspend() {
    terminal_.leave();
    raise(SIGTSTP);
    terminal_.enter();
    repaint_ = true;
}

bool Editor::screen_command(const Command& command, int key) {
    size_t page = rows_ > 3 ? rows_ - 3 : 1, last = buffer_.line_count() - 1;
    auto go = [&](size_t top, size_t line) {
        top_ = std::min(top, last);
        line = std::min(line, last);
        move_to({line, first_nonblank(buffer_.line(line))});
    };
    switch (key) {
    case kControl('F'):
    case kKeyPageDown:
        go(top_ + page * command.count, std::max(cursor_.line, top_ + page * command.count));
        return true;
    case kControl('B'):
    case kKeyPageUp: {
        size_t lines = std::min(top_, page * command.count);
        go(top_ - lines, std::min(cursor_.line, top_ - lines + rows_ - 2));
        return true;
    }
    case kControl('D'):
    case kControl('U'): {
        size_t half = command.has_count ? command.count : std::max<size_t>((rows_ - 1) / 2, 1);
        if (key == kControl('D'))
            go(top_ + half, cursor_.line + half);
        else
            go(top_ - std::min(top_, half), cursor_.line - std::min(cursor_.line, half));
        return true;
    }
    case kControl('E'):
        top_ = std::min(top_ + command.count, last);
        if (cursor_.line < top_) move_to({top_, cursor_.column});
        return true;
    case kControl('Y'):
        top_ -= std::min(top_, command.count);
        if (cursor_.line > top_ + rows_ - 2) move_to({top_ + rows_ - 2, cursor_.column});
        return true;
    case kControl('L'):
        repaint_ = true;
        return true;
    case kControl('^'):
        edit_file("#", false);
        return true;
    case kControl('G'):
        say_position();
        return true;
    case kControl('Z'):
        suspend();
        return true;
    case 'z': {
        int where = next_key();
        size_t room = rows_ - 1;
        if (command.has_count) move_to({command.count - 1, 0});
        top_ = where == '\r' || where == '+' || where == 't' ? cursor_.line
               : where == '.' || where == 'z' ? cursor_.line - std::min(cursor_.line, room / 2)
                                              : cursor_.line - std::min(cursor_.line, room - 1);
        return true;
    }
    }
    return false;
}

bool Editor::simple_command(const Command& command, int key) {
    const std::string& line = buffer_.line(cursor_.line);
    auto with = [&](char operator_name, int motion_key) {
        auto motion = read_motion(motion_key, command, operator_name);
        if (motion)
            apply_operator(operator_name, command, cursor_, *motion);
        else
            complain("No such place");
    };
    switch (key) {
    case 'i':
        insert_mode(command.count);
        return true;
    case 'I':
        cursor_.column = std::min(line.find_first_not_of(" \t"), line.size());
        insert_mode(command.count);
        return true;
    case 'a':
        cursor_.column = next_character(line, cursor_.column);
        insert_mode(command.count);
        return true;
    case 'A':
        cursor_.column = line.size();
        insert_mode(command.count);
        return true;
    case 'o':
    case 'O': {
        std::string indent =
            auto_indent_ ? line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())) : "";
        size_t at = cursor_.line + (key == 'o' ? 1 : 0), column = indent.size();
        buffer_.replace(at, 0, {std::move(indent)});
        cursor_ = {at, column};
        insert_mode(command.count, Typing::open);
        return true;
    }
    case 'R':
        insert_mode(command.count, Typing::replace);
        return true;
    case 'x':
    case kKeyDelete:
        if (line.empty())
            complain("Nothing to delete");
        else
            with('d', 'l');
        return true;
    case 'X':
        with('d', 'h');
        return true;
    case 'D':
        if (!line.empty()) with('d', '$');
        return true;
    case 'C':
        if (line.empty())
            insert_mode(1);
        else
            with('c', '$');
        return true;
    case 's':
        if (line.empty())
            insert_mode(1);
        else
            with('c', 'l');
        return true;
    case 'S':
    case 'Y': {
        size_t last = std::min(cursor_.line + command.count - 1, buffer_.line_count() - 1);
        apply_operator(key == 'S' ? 'c' : 'y', command, cursor_, {{last, cursor_.column}, Reach::lines});
        return true;
    }
    case 'r':
        replace_characters(command.count);
        return true;
    case 'J':
        join_lines(command.count);
        return true;
    case '~':
        change_case(command.count);
        return true;
    case 'p':
    case 'P':
        put(command, key == 'p');
        return true;
    }
    return false;
}

void Editor::repeat(const Command& command) {
    if (last_change_.empty()) {
        complain("No command to repeat");
        return;
    }
    // "1p.. puts what was deleted earlier.
    if (last_change_[0] == '"' && last_change_[1] >= '1' && last_change_[1] < '9') ++last_change_[1];
    std::vector<int> keys = last_change_;
    if (command.has_count) { // takes the place of the count it was given
        size_t digits = 0;
        while (digits < keys.size() && keys[digits] >= '0' && keys[digits] <= '9') ++digits;
        keys.erase(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(digits));
        std::string count = std::to_string(command.count);
        keys.insert(keys.begin(), count.begin(), count.end());
    }
    replay_left_ = keys.size();
    feed(keys);
}

void Editor::normal_command() {
    Command command;
    if (kept_at_ != Position{cursor_.line, buffer_.line_count()}) {
        kept_at_ = {cursor_.line, buffer_.line_count()};
        kept_line_ = buffer_.line(cursor_.line);
    }
    int key = mapped_key(MappingKind::command);
    for (;;) {
        if (key == '"') {
            command.register_name = static_cast<char>(next_key());
            key = mapped_key(MappingKind::command);
        } else if (key >= '1' && key <= '9') {
            size_t count = 0;
            for (; key >= '0' && key <= '9'; key = next_key())
                count = std::min(count * 10 + static_cast<size_t>(key - '0'), kMostCount);
            command.count = count;
            command.has_count = true;
        } else {
            break;
        }
    }
    if (key == kEscape) return;
    buffer_.begin_group(cursor_);
    switch (key) {
    case ':': {
        std::string range;
        if (command.has_count) range = ".,.+" + std::to_string(command.count - 1);
        if (auto line = read_line(':')) colon_line(range + *line);
        return;
    }
    case '@':
        run_register(static_cast<char>(next_key()), command.count);
        return;
    case 'q':
        toggle_recording();
        return;
    case 'u':
    case kControl('R'): {
        bool any = key == 'u' ? buffer_.undo(cursor_) : buffer_.redo(cursor_);
        if (!any) complain("Nothing to %s", key == 'u' ? "undo" : "redo");
        clamp();
        return;
    }
    case 'U': {
        std::string now = buffer_.line(cursor_.line);
        buffer_.set_line(cursor_.line, kept_line_);
        kept_line_ = std::move(now);
        move_to({cursor_.line, 0});
        return;
    }
    case '.':
        repeat(command);
        return;
    case 'm':
        buffer_.mark(next_key()) = cursor_;
        return;
    case 'v':
    case 'V':
        visual_mode(key);
        return;
    case 'Z': {
        int next = next_key();
        if (next == 'Z') colon_command("x");
        if (next == 'Q') colon_command("q!");
        return;
    }
    case '&':
        colon_command("s");
        changed_ = true;
        return;
    }
    if (simple_command(command, key) || (key < 128 && operator_command(command, key)) ||
        screen_command(command, key))
        return;
    auto motion = read_motion(key, command, 0);
    if (motion)
        move_to(motion->to, motion->keeps_column);
    else if (message_.empty())
        failed_ = true;
}

} // namespace coreutils::vi
