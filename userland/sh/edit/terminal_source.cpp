#include "edit/terminal_source.hpp"

#include <cerrno>
#include <unistd.h>

#include "edit/history.hpp"
#include "edit/line_editor.hpp"
#include "edit/mail.hpp"
#include "shell.hpp"

namespace sh {

namespace {

class TerminalSource : public InputSource {
public:
    explicit TerminalSource(Shell& shell) : shell_(shell), history_(shell), editor_(shell, history_), mail_(shell) {
        shell.history = &history_;
        history_.load();
    }

    bool read_more(std::string& buffer, PromptKind prompt) override;
    bool was_interrupted() override { return std::exchange(interrupted_, false); }

private:
    EditResult read_plain(const std::string& prompt, std::string& line);
    // A terminal that understands cursor movement, and a user who wants it.
    bool can_edit() const;

    Shell& shell_;
    History history_;
    LineEditor editor_;
    MailCheck mail_;
    bool interrupted_ = false;
};

EditResult TerminalSource::read_plain(const std::string& prompt, std::string& line) {
    write_all(STDERR_FILENO, prompt);
    for (;;) {
        char c;
        ssize_t count = read(STDIN_FILENO, &c, 1);
        if (count < 0 && errno == EINTR) {
            if (Traps::take_interrupt())
                return EditResult::interrupted;
            shell_.run_pending_traps();
            if (shell_.flow == Flow::exit_shell)
                shell_.exit_process(shell_.status);
            continue;
        }
        if (count <= 0)
            return line.empty() ? EditResult::end : EditResult::line;
        if (c == '\n')
            return EditResult::line;
        line += c;
    }
}

bool TerminalSource::can_edit() const {
    const std::string* type = shell_.variables.get("TERM");
    return isatty(STDIN_FILENO) && (shell_.options[Option::emacs] || shell_.options[Option::vi]) &&
           !(type && *type == "dumb");
}

bool TerminalSource::read_more(std::string& buffer, PromptKind kind) {
    if (kind == PromptKind::primary) {
        history_.save();
        write_all(STDERR_FILENO, mail_.news());
    }
    const std::string* text = shell_.variables.get(kind == PromptKind::primary ? "PS1" : "PS2");
    std::string prompt = text ? shell_.expand_prompt(*text) : std::string();
    std::string line;
    switch (can_edit() ? editor_.read_line(prompt, line) : read_plain(prompt, line)) {
    case EditResult::end:
        return false;
    case EditResult::interrupted:
        if (!can_edit())
            write_all(STDERR_FILENO, "\n");
        interrupted_ = true;
        return false;
    case EditResult::line:
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
