#include "edit/terminal_source.hpp"

#include <cerrno>
#include <unistd.h>

#include "edit/history.hpp"
#include "shell.hpp"

namespace sh {

namespace {

class TerminalSource : public InputSource {
public:
    explicit TerminalSource(Shell& shell) : shell_(shell), history_(shell) {
        shell.history = &history_;
        history_.load();
    }

    bool read_more(std::string& buffer, PromptKind prompt) override;
    bool was_interrupted() override { return std::exchange(interrupted_, false); }

private:
    enum class Outcome : unsigned char { line, end, interrupted };
    Outcome read_plain(const std::string& prompt, std::string& line);

    Shell& shell_;
    History history_;
    bool interrupted_ = false;
};

TerminalSource::Outcome TerminalSource::read_plain(const std::string& prompt, std::string& line) {
    write_all(STDERR_FILENO, prompt);
    for (;;) {
        char c;
        ssize_t count = read(STDIN_FILENO, &c, 1);
        if (count < 0 && errno == EINTR) {
            if (Traps::take_interrupt())
                return Outcome::interrupted;
            shell_.run_pending_traps();
            if (shell_.flow == Flow::exit_shell)
                shell_.exit_process(shell_.status);
            continue;
        }
        if (count <= 0)
            return line.empty() ? Outcome::end : Outcome::line;
        if (c == '\n')
            return Outcome::line;
        line += c;
    }
}

bool TerminalSource::read_more(std::string& buffer, PromptKind kind) {
    const std::string* text = shell_.variables.get(kind == PromptKind::primary ? "PS1" : "PS2");
    std::string prompt = text ? shell_.expand_prompt(*text) : std::string();
    std::string line;
    switch (read_plain(prompt, line)) {
    case Outcome::end:
        return false;
    case Outcome::interrupted:
        write_all(STDERR_FILENO, "\n");
        interrupted_ = true;
        buffer += '\n';
        return true;
    case Outcome::line:
        break;
    }
    if (kind == PromptKind::primary)
        history_.add(line);
    else
        history_.extend(line);
    buffer += line;
    buffer += '\n';
    return true;
}

}  // namespace

std::unique_ptr<InputSource> make_terminal_source(Shell& shell) {
    return std::make_unique<TerminalSource>(shell);
}

}  // namespace sh
