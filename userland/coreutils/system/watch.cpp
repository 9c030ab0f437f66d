// watch: runs a command again and again and shows its output (procps).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/duration.h"
#include "lib/spawn.h"
#include "lib/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'n', "interval", "SECS", "seconds to wait between updates (default 2)"},
    {'t', "no-title", nullptr, "turn off header"},
    {'d', "differences", nullptr, "highlight changes between updates"},
    {'e', "errexit", nullptr, "exit if command has a non-zero exit"},
    {'g', "chgexit", nullptr, "exit when output from command changes"},
    {'b', "beep", nullptr, "beep if command has a non-zero exit"},
    {'x', "exec", nullptr, "pass command to exec instead of \"sh -c\""},
    {'p', "precise", nullptr, "count the interval from start to start"},
};

struct Settings {
    double interval = 2;
    bool title = true, differences = false, exit_on_error = false, exit_on_change = false, beep = false,
         direct = false;
};


struct Screen {
    size_t rows = 24, columns = 80;
    Screen() {
        winsize size;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
            rows = size.ws_row;
            columns = size.ws_col;
        }
    }
};

// Runs the command; its output and status.
std::string capture(char** command, bool direct, int& status) {
    std::string line;
    for (char** word = command; *word && !direct; ++word) line.append(line.empty() ? "" : " ").append(*word);
    PipedProgram program = direct ? start_piped(command, PipeFlow::errors_too)
                                  : start_shell(line.c_str(), PipeFlow::errors_too);
    std::string text;
    {
        Input input(std::exchange(program.fd, -1));
        for (std::string_view block; !(block = input.next_block()).empty();) text.append(block);
    }
    status = program.finish();
    return text;
}

// Lines as wide as the screen, control characters taken out.
std::vector<std::string> lay_out(const std::string& text, size_t columns, size_t rows) {
    std::vector<std::string> lines(1);
    size_t column = 0;
    for (std::string_view rest = text; !rest.empty() && lines.size() <= rows;) {
        CodePoint point = decode_utf8(rest);
        std::string_view character = rest.substr(0, point.length);
        rest.remove_prefix(point.length);
        if (character == "\n") {
            lines.emplace_back();
            column = 0;
            continue;
        }
        size_t width = character == "\t" ? 8 - column % 8 : display_width(character);
        if (character != "\t" && column_width(point.value) < 0) continue;
        if (column + width > columns) {
            lines.emplace_back();
            column = 0;
        }
        if (character == "\t")
            lines.back().append(width, ' ');
        else
            lines.back().append(character);
        column += width;
    }
    if (lines.size() > rows) lines.resize(rows);
    return lines;
}

void show_line(const std::string& line, const std::string* before) {
    if (!before) {
        out.write(line);
    } else {
        bool reversed = false;
        for (size_t index = 0; index < line.size(); ++index) {
            bool differs = index >= before->size() || (*before)[index] != line[index];
            bool continues = (static_cast<unsigned char>(line[index]) & 0xC0) == 0x80;
            if (differs != reversed && !continues) {
                out.write(differs ? "\033[7m" : "\033[0m");
                reversed = differs;
            }
            out.put(line[index]);
        }
        if (reversed) out.write("\033[0m");
    }
    out.write("\033[K");
}

void show(const Settings& settings, char** command, const std::string& text,
          std::vector<std::string>& previous, bool first) {
    Screen screen;
    size_t used = settings.title ? 2 : 0;
    out.write("\033[H");
    if (settings.title) {
        std::string left = "Every " + std::to_string(settings.interval);
        left.resize(left.find('.') + 2);
        left += "s: ";
        for (char** word = command; *word; ++word) left += (word == command ? "" : " ") + std::string(*word);
        char host[65] = "", now[64];
        gethostname(host, sizeof(host));
        time_t seconds = time(nullptr);
        tm broken;
        localtime_r(&seconds, &broken);
        strftime(now, sizeof(now), "%a %b %e %H:%M:%S %Y", &broken);
        std::string right = std::string(host) + ": " + now;
        size_t room = screen.columns > right.size() + 1 ? screen.columns - right.size() - 1 : 0;
        if (left.size() > room) left.resize(room);
        out.print("%-*s %s\033[K\r\n\033[K\r\n", static_cast<int>(room), left.c_str(), right.c_str());
    }
    std::vector<std::string> lines =
        lay_out(text, screen.columns, screen.rows > used ? screen.rows - used : 1);
    static const std::string kEmpty;
    for (size_t index = 0; index < lines.size(); ++index) {
        if (index > 0) out.write("\r\n");
        const std::string* before =
            settings.differences && !first ? index < previous.size() ? &previous[index] : &kEmpty : nullptr;
        show_line(lines[index], before);
    }
    out.write("\033[J");
    out.flush();
    previous = std::move(lines);
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'n': {
            auto seconds = parse_duration(arguments.value());
            if (!seconds) die(1, "failed to parse argument: '%s'", arguments.value());
            settings.interval = *seconds < 0.1 ? 0.1 : *seconds;
            break;
        }
        case 't':
            settings.title = false;
            break;
        case 'd':
            settings.differences = true;
            break;
        case 'e':
            settings.exit_on_error = true;
            break;
        case 'g':
            settings.exit_on_change = true;
            break;
        case 'b':
            settings.beep = true;
            break;
        case 'x':
            settings.direct = true;
            break;
        }
    }
    if (arguments.operands().empty()) missing_operand();
    char** command = arguments.operand_vector();
    struct sigaction action = {};
    action.sa_handler = [](int) {}; // only to end the sleep
    sigaction(SIGWINCH, &action, nullptr);
    auto restore = [](int number) {
        const char text[] = "\033[?1049l\033[?25h";
        if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0) _exit(1);
        _exit(number == SIGINT ? 0 : 128 + number);
    };
    for (int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, restore);
    out.write("\033[?1049h\033[?25l\033[2J");
    std::string before;
    std::vector<std::string> previous;
    int result = 0;
    for (bool first = true;; first = false) {
        int status = 0;
        std::string text = capture(command, settings.direct, status);
        show(settings, command, text, previous, first);
        bool failed = status != 0;
        if (failed && settings.beep) out.write("\a");
        if (failed && settings.exit_on_error) {
            result = 8;
            break;
        }
        if (!first && settings.exit_on_change && text != before) break;
        before = std::move(text);
        timespec pause = {
            static_cast<time_t>(settings.interval),
            static_cast<long>(
                (settings.interval - static_cast<double>(static_cast<time_t>(settings.interval))) * 1e9)};
        nanosleep(&pause, nullptr); // a resize ends it: the screen is drawn anew
    }
    out.write("\033[?1049l\033[?25h");
    return result;
}

constexpr Tool kTool = {
    .name = "watch",
    .synopsis = "[OPTION]... COMMAND [ARG]...",
    .summary = "Execute a program periodically, showing its output fullscreen.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
