// The commands of less.
#include "less/pager.h"

#include "framework/output.h"
#include "less/help.h"
#include "lib/spawn.h"

#include <algorithm>
#include <stdlib.h>

namespace coreutils::less {

void Pager::follow() {
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

void Pager::switch_file(size_t index) {
    if (index >= files_.size()) {
        message_ = "No next file";
        return;
    }
    if (open_file(index)) filter_.reset();
}

void Pager::colon() {
    out.write("\r\033[K :");
    out.flush();
    switch (key()) {
    case 'n':
        switch_file(current_ + 1);
        break;
    case 'p':
        if (current_ > 0)
            switch_file(current_ - 1);
        else
            message_ = "No previous file";
        break;
    case 'x':
        switch_file(0);
        break;
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
    case 'f':
        message_ = position_text(true);
        break;
    case 'q':
    case 'Q':
        done_ = true;
        break;
    default:
        message_ = "No such command";
    }
}

void Pager::run_command(std::vector<std::string> words) {
    std::vector<char*> command;
    for (std::string& word : words) command.push_back(word.data());
    command.push_back(nullptr);
    terminal_.leave();
    out.flush();
    run_and_wait(command.data());
    terminal_.enter();
    measure();
}

void Pager::shell_command() {
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

void Pager::edit() {
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

void Pager::change_option() {
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
            message_ =
                std::string("Option -") + static_cast<char>(letter) + (*each.value ? " is on" : " is off");
            return;
        }
    if (letter == 'm' || letter == 'M')
        settings_.prompt = letter == 'M' ? 2 : 1;
    else
        message_ = "There is no such option to change";
}

void Pager::help() {
    terminal_.leave();
    out.print("\n%s\nPress RETURN", kHelp);
    out.flush();
    terminal_.key();
    terminal_.enter();
}

void Pager::set_mark() {
    out.write("\r\033[Kset mark: ");
    out.flush();
    file().marks[key()] = file().top;
}

void Pager::go_to_mark() {
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

void Pager::sideways(bool right, size_t count) {
    size_t& shift = settings_.appearance.shift;
    size_t step = count                  ? count
                  : settings_.shift_step ? settings_.shift_step
                                         : settings_.appearance.columns / 2;
    shift = right ? shift + step : shift - std::min(shift, step);
    file().top.row = 0;
}

void Pager::forward_or_leave(size_t count) {
    Place before = file().top;
    scroll_forward(count);
    if (!(before == file().top)) return;
    // Nothing moved: the end.
    if (has_next_file() && settings_.quit_at_end)
        switch_file(current_ + 1);
    else if (settings_.quit_at_end)
        done_ = true;
}

void Pager::command() {
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

void Pager::execute(int pressed, size_t count) {
    size_t repeat = std::max<size_t>(count, 1);
    switch (pressed) {
    case 'q':
    case 'Q':
        done_ = true;
        break;
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
    case kKeyDown:
        forward_or_leave(repeat);
        break;
    case 'k':
    case 'y':
    case 25:
    case 16:
    case 11:
    case kKeyUp:
        scroll_backward(repeat);
        break;
    case ' ':
    case 'f':
    case 6:
    case 22:
    case 'z':
    case kKeyPageDown:
        forward_or_leave(count ? count : rows_);
        break;
    case 'b':
    case 2:
    case 'w':
    case kKeyPageUp:
        scroll_backward(count ? count : rows_);
        break;
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
    case kKeyHome:
        go_to_line(count ? count - 1 : 0);
        break;
    case 'G':
    case '>':
    case kKeyEnd:
        if (count)
            go_to_line(count - 1);
        else
            jump(last_top());
        break;
    case 'p':
    case '%':
        go_to_percent(count);
        break;
    case kKeyRight:
        sideways(true, count);
        break;
    case kKeyLeft:
        sideways(false, count);
        break;
    case '/':
    case '?':
        search_ahead_ = pressed == '/';
        if (auto pattern = read_line(search_ahead_ ? "/" : "?")) search(*pattern, search_ahead_, repeat);
        break;
    case 'n':
        search("", search_ahead_, repeat);
        break;
    case 'N':
        search("", !search_ahead_, repeat);
        break;
    case '&':
        set_filter();
        break;
    case 'm':
        set_mark();
        break;
    case '\'':
        go_to_mark();
        break;
    case 'F':
        follow();
        break;
    case 'r':
    case 'R':
    case 12:
    case 18:
        measure();
        break;
    case ':':
        colon();
        break;
    case '=':
    case 7:
        message_ = position_text(true);
        break;
    case '-':
        change_option();
        break;
    case 'h':
    case 'H':
        help();
        break;
    case '!':
        shell_command();
        break;
    case 'v':
        edit();
        break;
    case 'Z':
        if (key() == 'Z') done_ = true;
        break;
    case 0x1b: {
        int next = key();
        if (next == 'v') scroll_backward(rows_);
        if (next == 'u') settings_.appearance.highlight = !settings_.appearance.highlight;
        break;
    }
    default:
        break;
    }
}

} // namespace coreutils::less
