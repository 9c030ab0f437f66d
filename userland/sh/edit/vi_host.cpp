// What vi mode asks of the line editor: history, search, completion, other programs.
#include <algorithm>

#include "base/text.hpp"
#include "edit/completion.hpp"
#include "edit/line_editor.hpp"
#include "edit/outside_editor.hpp"
#include "expand/glob.hpp"
#include "expand/pattern.hpp"
#include "shell.hpp"

namespace sh {

Key LineEditor::next_key() {
    redraw();
    for (;;) {
        Key key = terminal_.read_key();
        if (key.kind != KeyKind::interrupted)
            return key;
        on_signal();
    }
}

Key LineEditor::next_literal_key() {
    for (;;) {
        Key key = terminal_.read_literal_key();
        if (key.kind != KeyKind::interrupted)
            return key;
        on_signal();
    }
}

void LineEditor::alert() {
    write("\a");
}

void LineEditor::clear_screen() {
    write("\033[H\033[2J");
    screen_.forget();
}

// Every step changes the line: going beyond either end does nothing.
bool LineEditor::move_in_history(int64_t by) {
    int64_t wanted = static_cast<int64_t>(history_at_) + by;
    if (wanted < 0 || wanted > static_cast<int64_t>(history_.size()) || by == 0)
        return false;
    show_entry(static_cast<size_t>(wanted));
    return true;
}

bool LineEditor::show_history_entry(std::optional<int64_t> number) {
    int64_t index = number ? *number - static_cast<int64_t>(history_.first_number()) : 0;
    if (index < 0 || index >= static_cast<int64_t>(history_.size()))
        return false;
    show_entry(static_cast<size_t>(index));
    return true;
}

// POSIX.1-2017 sh, /pattern: the notation of 2.13, found anywhere in a line unless ^ stands first.
bool LineEditor::search_history(std::string_view wanted, SearchDirection direction) {
    Pattern pattern;
    if (wanted.starts_with('^'))
        wanted.remove_prefix(1);
    else
        pattern.add('*', false);
    for (size_t i = 0; i < wanted.size(); ++i) {
        bool quoted = wanted[i] == '\\' && i + 1 < wanted.size();
        pattern.add(wanted[quoted ? ++i : i], quoted);
    }
    pattern.add('*', false);
    bool older = direction == SearchDirection::older;
    for (size_t at = history_at_; older ? at-- > 0 : ++at < history_.size();) {
        if (!matches(pattern, history_[at]))
            continue;
        show_entry(at);
        return true;
    }
    return false;
}

std::optional<std::string> LineEditor::read_pattern(char mark) {
    std::string text;
    for (;;) {
        write(screen_.draw_with_prompt(std::string(1, mark), text, text.size()));
        Key key = terminal_.read_key();
        switch (key.kind) {
        case KeyKind::text: text += key.bytes; break;
        case KeyKind::enter: return text;
        case KeyKind::backspace:
            if (text.empty())
                return std::nullopt;
            while (text.size() > 1 && (text.back() & 0xc0) == 0x80)
                text.pop_back();
            text.pop_back();
            break;
        case KeyKind::interrupted: on_signal(); break;
        case KeyKind::control:
            if (key.letter == 'u')
                text.clear();
            else if (key.letter == 'c')
                return std::nullopt;
            break;
        case KeyKind::escape:
        case KeyKind::meta:
        case KeyKind::closed: return std::nullopt;
        default: break;
        }
    }
}

std::string LineEditor::newest_history_line() {
    return history_.size() > 0 ? history_[history_.size() - 1] : std::string();
}

bool LineEditor::complete(ViCompletion kind) {
    Completion found = sh::complete(shell_, buffer_.text(), buffer_.cursor());
    std::string_view word = std::string_view(buffer_.text()).substr(found.start, found.end - found.start);
    // A word with pattern characters stands for the names that match it.
    if (word.find_first_of("*?[") != std::string_view::npos) {
        Pattern pattern;
        pattern.add(word, false);
        found.candidates = expand_pathname(pattern);
        found.replacement = found.candidates.size() == 1 ? shell_quoted(found.candidates[0]) + " " : std::string(word);
    }
    if (found.candidates.empty())
        return false;
    if (kind == ViCompletion::list) {
        list_candidates(found.candidates);
        return true;
    }
    if (kind == ViCompletion::expand) {
        found.replacement.clear();
        for (const std::string& each : found.candidates)
            found.replacement += quoted_for_line(each) + " ";
    }
    buffer_.replace(found.start, found.end, found.replacement);
    return true;
}

bool LineEditor::edit_outside(std::optional<int64_t> number) {
    std::string text = buffer_.text();
    if (number) {
        if (!show_history_entry(number))
            return false;
        text = buffer_.text();
    }
    leave_raw_mode(screen_.finish(buffer_.text()));
    screen_.forget();
    bool edited = edit_text(shell_, preferred_editor(shell_, {"VISUAL", "EDITOR"}), text);
    enter_raw_mode();
    if (edited)
        buffer_.reset(text);
    return edited;
}

std::optional<std::string> LineEditor::macro(char letter) {
    const Alias* alias = shell_.aliases.find(std::string("_") + letter);
    return alias ? std::optional(alias->value) : std::nullopt;
}

}  // namespace sh
