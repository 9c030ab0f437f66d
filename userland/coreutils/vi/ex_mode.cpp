// ex: the colon commands, line by line from standard input, without a screen (POSIX.1-2017 ex).
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/utf8.h"
#include "vi/editor.h"

#include <unistd.h>

namespace coreutils::vi {
namespace {

// One stream for commands and for the text of a, i and c.
Input& commands() {
    static Input input(STDIN_FILENO);
    return input;
}

// :list shows tabs, other control characters and the line's end.
std::string listed(const std::string& text) {
    std::string shown;
    for (char byte : text) {
        auto value = static_cast<unsigned char>(byte);
        if (value < ' ' || value == 127)
            shown += {'^', static_cast<char>(value ^ 0x40)};
        else
            shown.push_back(byte);
    }
    return shown + "$";
}

} // namespace

// Up to a line with only a period.
std::vector<std::string> Editor::read_ex_text() {
    std::vector<std::string> lines;
    while (auto line = commands().next_line()) {
        if (*line == ".") break;
        lines.emplace_back(*line);
    }
    return lines;
}

// On the screen the text is there anyway; the last line is gone to.
void Editor::print_lines(size_t first, size_t last, char how) {
    for (size_t line = first; ex_mode_ && line <= last; ++line) {
        if (how == '#') out.print("%6zu  ", line + 1);
        out.write(how == 'l' ? listed(buffer_.line(line)) : buffer_.line(line));
        out.write("\n");
    }
    move_to({last, first_nonblank(buffer_.line(last))});
}

int Editor::run_ex() {
    ex_mode_ = true;
    const bool asks = isatty(STDIN_FILENO);
    cursor_ = {buffer_.line_count() - 1, 0};
    auto report = [&] {
        if (failed_) {
            out.flush();
            warn("%s", message_.c_str());
            status_ = 1;
        } else if (asks && !message_.empty()) {
            out.print("%s\n", message_.c_str());
        }
        message_.clear();
    };
    report();
    failed_ = false;
    if (!first_command_.empty()) {
        colon_line(first_command_);
        report();
    }
    while (!quit_) {
        if (asks) out.write(":");
        out.flush();
        auto line = commands().next_line();
        if (!line) break;
        buffer_.begin_group(cursor_);
        failed_ = false;
        std::string text(*line);
        if (text.empty()) { // the next line
            if (cursor_.line + 1 < buffer_.line_count())
                print_lines(cursor_.line + 1, cursor_.line + 1, 'p');
            else
                complain("At the end of the file");
        } else {
            colon_line(text);
        }
        report();
        // A script does not go on behind what did not work.
        if (failed_ && !asks) break;
    }
    return status_;
}

} // namespace coreutils::vi
