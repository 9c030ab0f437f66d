#include "edit/line_editor.hpp"

#include <csignal>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "edit/completion.hpp"
#include "shell.hpp"

namespace sh {

void LineEditor::write(const std::string& text) {
    write_all(STDERR_FILENO, text);
}

void LineEditor::redraw() {
    write(screen_.draw(buffer_.text(), buffer_.cursor()));
}

// Under `set -b` a job that ends interrupts the wait for a key, unless the user traps SIGCHLD.
bool LineEditor::enter_raw_mode() {
    bool children = shell_.options[Option::notify] && !shell_.traps.action(SIGCHLD);
    if (!terminal_.enter_raw_mode(children ? Terminal::Interrupts::window_and_children
                                           : Terminal::Interrupts::window))
        return false;
    write(std::string(kBracketPastes));
    brackets_pastes_ = true;
    return true;
}

void LineEditor::leave_pastes() {
    if (std::exchange(brackets_pastes_, false))
        write(std::string(kLeavePastes));
}

void LineEditor::leave_raw_mode(const std::string& last) {
    leave_pastes();
    write(last);
    terminal_.leave_raw_mode();
}

EditResult LineEditor::read_line(const std::string& prompt, std::string& line) {
    if (!enter_raw_mode())
        return EditResult::end;
    buffer_.reset("");
    draft_.clear();
    history_at_ = history_.size();
    last_was_tab_ = last_was_argument_ = false;
    screen_.start(prompt, terminal_.columns());
    vi_.begin_line();
    redraw();
    Step step = Step::next;
    while (step == Step::next) {
        Key key = terminal_.read_key();
        if (key.kind != KeyKind::paste && key.kind != KeyKind::interrupted)
            leave_pastes();
        step = shell_.options[Option::vi] ? handle_vi(key) : handle(key);
        last_was_tab_ = key.kind == KeyKind::tab;
        last_was_argument_ = key.kind == KeyKind::meta && (key.letter == '.' || key.letter == '_');
        buffer_.end_command();
    }
    if (step == Step::abandon) {
        leave_raw_mode(screen_.move_to_end(buffer_.text()) + "^C\r\n");
    } else if (step == Step::end) {
        leave_raw_mode("\r\n");
    } else {
        leave_raw_mode(screen_.finish(buffer_.text()));
    }
    line = buffer_.text();
    return step == Step::accept ? EditResult::line : step == Step::end ? EditResult::end : EditResult::interrupted;
}

LineEditor::Step LineEditor::on_signal() {
    if (terminal_.take_resize()) {
        screen_.resize(terminal_.columns());
        redraw();
    }
    bool traps = Traps::any_pending();
    if (!traps && !shell_.options[Option::notify])
        return Step::next;
    bool interrupt = Traps::is_pending(SIGINT);
    screen_.forget();
    leave_raw_mode("\r\033[J");
    if (traps)
        shell_.run_pending_traps();
    if (shell_.flow == Flow::exit_shell)
        shell_.exit_process(shell_.status);
    shell_.flow = Flow::next;
    if (shell_.options[Option::notify])
        shell_.jobs.report_changes();
    enter_raw_mode();
    redraw();
    return interrupt ? Step::abandon : Step::next;
}

LineEditor::Step LineEditor::handle_vi(const Key& key) {
    switch (vi_.handle(key)) {
    case ViResult::next: redraw(); return Step::next;
    case ViResult::accept: return Step::accept;
    case ViResult::end: return Step::end;
    case ViResult::abandon: return Step::abandon;
    case ViResult::common: break;
    }
    size_t entry = history_at_;
    Step step = handle(key);
    if (history_at_ != entry)
        vi_.line_was_replaced();
    return step;
}

LineEditor::Step LineEditor::handle(const Key& key) {
    switch (key.kind) {
    case KeyKind::text:
    case KeyKind::paste: buffer_.insert(key.bytes); break;
    case KeyKind::control: return handle_control(key.letter);
    case KeyKind::meta: handle_meta(key.letter); break;
    case KeyKind::enter: return Step::accept;
    case KeyKind::tab: complete_word(); return Step::next;
    case KeyKind::backspace: buffer_.erase_left(); break;
    case KeyKind::meta_backspace: buffer_.kill_word_left(); break;
    case KeyKind::remove: buffer_.erase_right(); break;
    case KeyKind::up: move_vertically(-1); break;
    case KeyKind::down: move_vertically(1); break;
    case KeyKind::left: buffer_.move_left(); break;
    case KeyKind::right: buffer_.move_right(); break;
    case KeyKind::word_left: buffer_.move_word_left(); break;
    case KeyKind::word_right: buffer_.move_word_right(); break;
    case KeyKind::home: buffer_.move_to_start(); break;
    case KeyKind::end: buffer_.move_to_end(); break;
    case KeyKind::escape:
    case KeyKind::ignored: return Step::next;
    case KeyKind::interrupted: return on_signal();
    case KeyKind::closed: return buffer_.empty() ? Step::end : Step::accept;
    }
    redraw();
    return Step::next;
}

LineEditor::Step LineEditor::handle_control(char letter) {
    switch (letter) {
    case 'a': buffer_.move_to_start(); break;
    case 'b': buffer_.move_left(); break;
    case 'c': return Step::abandon;
    case 'd':
        if (buffer_.empty())
            return Step::end;
        buffer_.erase_right();
        break;
    case 'e': buffer_.move_to_end(); break;
    case 'f': buffer_.move_right(); break;
    case 'k': buffer_.kill_to_end(); break;
    case 'l': clear_screen(); break;
    case 'n': move_vertically(1); break;
    case 'p': move_vertically(-1); break;
    case 'q':
    case 'v': buffer_.insert(next_literal_key().bytes); break;
    case 'r': return search();
    case 't': buffer_.transpose(); break;
    case 'u': buffer_.kill_to_start(); break;
    case 'w': buffer_.kill_blank_word_left(); break;
    case 'y': buffer_.yank(); break;
    case '_': buffer_.undo(); break;
    default: return Step::next;
    }
    redraw();
    return Step::next;
}

void LineEditor::handle_meta(char letter) {
    switch (letter) {
    case 'b': buffer_.move_word_left(); break;
    case 'f': buffer_.move_word_right(); break;
    case 'd': buffer_.kill_word_right(); break;
    case '\r':
    case '\n': buffer_.insert("\n"); break;
    case '.':
    case '_': insert_last_argument(); break;
    case 'u': buffer_.change_case(LineBuffer::Case::upper); break;
    case 'l': buffer_.change_case(LineBuffer::Case::lower); break;
    case 'c': buffer_.change_case(LineBuffer::Case::capital); break;
    case '<': move_vertically(-static_cast<int>(history_at_)); break;
    case '>': move_vertically(static_cast<int>(history_.size() - history_at_)); break;
    default: break;
    }
}

void LineEditor::move_vertically(int by) {
    // Inside a line of several rows the arrows move the cursor first.
    if (by == -1 && buffer_.move_up())
        return;
    if (by == 1 && buffer_.move_down())
        return;
    move_in_history(by);
}

void LineEditor::show_entry(size_t index) {
    if (history_at_ == history_.size())
        draft_ = buffer_.text();
    history_at_ = index;
    buffer_.reset(history_at_ == history_.size() ? draft_ : history_[history_at_]);
}

void LineEditor::insert_last_argument() {
    size_t from = last_was_argument_ ? argument_at_ : history_.size();
    if (from == 0)
        return;
    argument_at_ = from - 1;
    std::string_view entry = history_[argument_at_];
    while (!entry.empty() && is_space(entry.back()))
        entry.remove_suffix(1);
    size_t start = entry.size();
    while (start > 0 && !is_space(entry[start - 1]))
        --start;
    std::string word(entry.substr(start));
    if (last_was_argument_)
        buffer_.replace(buffer_.cursor() - argument_length_, buffer_.cursor(), word);
    else
        buffer_.insert(word);
    argument_length_ = word.size();
}

// ^R: each key narrows the search or goes on to an older match.
LineEditor::Step LineEditor::search() {
    std::string original = buffer_.text();
    std::string wanted;
    size_t at = history_.size();
    bool failed = false;
    auto find_from = [&](size_t from) {
        for (size_t i = from; i-- > 0;)
            if (history_[i].find(wanted) != std::string::npos) {
                at = i;
                buffer_.reset(history_[i]);
                buffer_.move_to(history_[i].find(wanted));
                failed = false;
                return;
            }
        failed = true;
    };
    for (;;) {
        std::string prompt =
            std::string(failed ? "(failed reverse-i-search)`" : "(reverse-i-search)`") + wanted + "': ";
        write(screen_.draw_with_prompt(prompt, buffer_.text(), buffer_.cursor()));
        Key key = terminal_.read_key();
        if (key.kind == KeyKind::text) {
            wanted += key.bytes;
            find_from(std::min(at + 1, history_.size()));
        } else if (key.kind == KeyKind::backspace) {
            while (!wanted.empty() && (wanted.back() & 0xc0) == 0x80)
                wanted.pop_back();
            if (!wanted.empty())
                wanted.pop_back();
            find_from(history_.size());
        } else if (key.kind == KeyKind::control && key.letter == 'r') {
            if (!wanted.empty())
                find_from(at);
        } else if (key.kind == KeyKind::control && key.letter == 'g') {
            buffer_.reset(original);
            redraw();
            return Step::next;
        } else if (key.kind == KeyKind::interrupted) {
            on_signal();
        } else if (key.kind != KeyKind::ignored) {
            history_at_ = at;
            redraw();
            return handle(key);
        }
    }
}

void LineEditor::list_candidates(const std::vector<std::string>& candidates) {
    constexpr size_t kManyCandidates = 100;
    write(screen_.move_to_end(buffer_.text()) + "\r\n");
    screen_.forget();
    if (candidates.size() > kManyCandidates) {
        write("Display all " + number_text(static_cast<int64_t>(candidates.size())) + " possibilities? (y or n)");
        Key answer = terminal_.read_key();
        write("\r\n");
        if (answer.kind != KeyKind::text || (answer.bytes != "y" && answer.bytes != "Y" && answer.bytes != " "))
            return redraw();
    }
    write(in_columns(candidates, terminal_.columns()));
    redraw();
}

void LineEditor::complete_word() {
    Completion completion = sh::complete(shell_, buffer_.text(), buffer_.cursor());
    if (completion.candidates.empty()) {
        write("\a");
        return;
    }
    std::string_view now = std::string_view(buffer_.text()).substr(completion.start, completion.end - completion.start);
    if (now != completion.replacement && completion.replacement.size() >= now.size()) {
        buffer_.replace(completion.start, completion.end, completion.replacement);
        redraw();
    } else if (last_was_tab_) {
        list_candidates(completion.candidates);
    } else {
        write("\a");
    }
}

}  // namespace sh
