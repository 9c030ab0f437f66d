// The keys of less: commands, and lines typed behind a prompt.
#include "less/pager.h"

#include "framework/output.h"
#include "lib/utf8.h"

#include <signal.h>

namespace coreutils::less {
namespace {

volatile bool stopped = false;
void on_interrupt(int) { Text::interrupted = true; }
void on_stop(int) { stopped = true; }
void catch_signal(int number, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler; // without SA_RESTART: a wait for a key or for a pipe ends
    sigaction(number, &action, nullptr);
}

} // namespace

void Pager::catch_signals() {
    catch_signal(SIGINT, on_interrupt);
    catch_signal(SIGTSTP, on_stop);
}

int Pager::key() {
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

void Pager::stop() {
    stopped = false;
    terminal_.leave();
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    catch_signal(SIGTSTP, on_stop);
    terminal_.enter();
    measure();
}

std::optional<std::string> Pager::read_line(const std::string& lead) {
    std::string line;
    for (;;) {
        out.print("\r\033[K%s%s", lead.c_str(), fitted(line).c_str());
        out.flush();
        int next = key();
        switch (next) {
        case '\r':
        case '\n':
            return line;
        case 3:
        case 0x1b:
            return std::nullopt;
        case 21:
            line.clear();
            break;
        case 23:
            while (!line.empty() && line.back() == ' ') line.pop_back();
            while (!line.empty() && line.back() != ' ') line.pop_back();
            break;
        case 8:
        case 0x7f:
            if (line.empty()) return std::nullopt;
            while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80) line.pop_back();
            if (!line.empty()) line.pop_back();
            break;
        default:
            if (next >= ' ' && next < kKeyUp) append_utf8(line, static_cast<char32_t>(next));
        }
    }
}

} // namespace coreutils::less
