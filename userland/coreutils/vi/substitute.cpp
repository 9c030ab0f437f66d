// :s, with its parts and flags, and where a colon command ends.
#include "vi/editor.h"
#include "vi/ex_text.h"

#include <algorithm>
#include <ctype.h>
#include <string.h>

namespace coreutils::vi {
namespace {

// The replacement of :s for one match: & and \0 the match, \1…\9 groups, \n or ^M a line break; \u and \l raise and
// lower the next letter, \U and \L all up to \E or \e.
class Replacement {
public:
    Replacement(std::string& result, const std::string& text, const std::vector<regmatch_t>& matches)
        : result_(result), text_(text), matches_(matches) {}

    void append(std::string_view replacement) {
        while (!replacement.empty()) {
            char byte = replacement[0];
            size_t length = 1;
            if (byte == '&') {
                append_match('0');
            } else if (byte == '\r') {
                result_.push_back('\n');
            } else if (byte == '\\' && replacement.size() > 1) {
                length = 2;
                append_escaped(replacement[1]);
            } else {
                length = next_character(std::string(replacement.substr(0, 4)), 0);
                append_text(replacement.substr(0, length));
            }
            replacement.remove_prefix(length);
        }
    }

private:
    void append_escaped(char byte) {
        if (byte >= '0' && byte <= '9')
            append_match(byte);
        else if (byte == 'u' || byte == 'l')
            next_ = byte == 'u' ? 'U' : 'L';
        else if (byte == 'U' || byte == 'L')
            all_ = byte;
        else if (byte == 'E' || byte == 'e')
            all_ = 0;
        else
            result_.push_back(byte == 'n' || byte == 'r' ? '\n' : byte == 't' ? '\t' : byte);
    }
    void append_match(char digit) {
        std::string group;
        append_group(group, text_, matches_, static_cast<size_t>(digit - '0'));
        append_text(group);
    }
    void append_text(std::string_view text) {
        if (next_ && !text.empty()) {
            size_t length = next_character(std::string(text.substr(0, 4)), 0);
            append_in_case(result_, text.substr(0, length), next_);
            text.remove_prefix(length);
            next_ = 0;
        }
        if (all_)
            append_in_case(result_, text, all_);
        else
            result_ += text;
    }

    std::string& result_;
    const std::string& text_;
    const std::vector<regmatch_t>& matches_;
    char next_ = 0, all_ = 0;
};

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t at = 0;;) {
        size_t end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        if (end == std::string::npos) return lines;
        at = end + 1;
    }
}

} // namespace

std::string take_delimited(std::string_view& text, char delimiter) {
    std::string result;
    while (!text.empty() && text[0] != delimiter) {
        if (text[0] == '\\' && text.size() > 1) {
            if (text[1] != delimiter) result.push_back('\\');
            result.push_back(text[1]);
            text.remove_prefix(2);
        } else {
            result.push_back(text[0]);
            text.remove_prefix(1);
        }
    }
    if (!text.empty()) text.remove_prefix(1);
    return result;
}

size_t end_of_command(std::string_view line) {
    size_t at = 0;
    while (at < line.size() && strchr(": \t%.,;$+-0123456789", line[at])) ++at;
    auto skip_part = [&](char delimiter) {
        while (at < line.size() && line[at] != delimiter) at += line[at] == '\\' ? 2 : 1;
        ++at;
    };
    while (at < line.size() && (line[at] == '/' || line[at] == '?' || line[at] == '\'')) { // addresses
        char delimiter = line[at++];
        if (delimiter == '\'')
            ++at;
        else
            skip_part(delimiter);
        while (at < line.size() && strchr(" \t.,;$+-0123456789", line[at])) ++at;
    }
    if (at >= line.size()) return std::string_view::npos;
    size_t end = at;
    while (end < line.size() && isalpha(static_cast<unsigned char>(line[end]))) ++end;
    std::string_view name = line.substr(at, end - at);
    size_t argument = std::min(line.find_first_not_of(" \t", end), line.size());
    bool to_command =
        line.substr(argument).starts_with('!') && (name.starts_with('w') || name.starts_with('r'));
    if (line[at] == '!' || line[at] == '"' || name.starts_with("g") || name.starts_with("v") ||
        name.starts_with("norm") || to_command)
        return std::string_view::npos;
    at = end;
    bool substitutes = name == "s" || name == "substitute";
    if (substitutes && end < line.size() && !isalnum(static_cast<unsigned char>(line[end])) &&
        !strchr(" \t\"|", line[end])) {
        char delimiter = line[at++];
        skip_part(delimiter);
        skip_part(delimiter);
    }
    return at < line.size() ? line.find('|', at) : std::string_view::npos;
}

void Editor::substitute(size_t first, size_t last, std::string_view arguments) {
    std::string_view flags = arguments;
    if (!arguments.empty() && !isalnum(static_cast<unsigned char>(arguments[0])) &&
        !strchr(" \t\"\\|", arguments[0])) {
        char delimiter = arguments[0];
        arguments.remove_prefix(1);
        substituted_pattern_ = take_delimited(arguments, delimiter);
        if (substituted_pattern_.empty()) substituted_pattern_ = last_pattern_;
        replacement_ = take_delimited(arguments, delimiter);
        flags = arguments;
    }
    if (substituted_pattern_.empty()) {
        complain("No previous substitution");
        return;
    }
    last_pattern_ = substituted_pattern_;
    bool ask = flags.contains('c') && !ex_mode_;
    bool all = flags.find('g') != std::string_view::npos,
         fold = ignore_case_ || flags.find('i') != std::string_view::npos;
    std::string problem;
    auto regex = Regex::compile(substituted_pattern_, Syntax::basic, fold ? REG_ICASE : 0, problem);
    if (!regex) {
        complain("%s", problem.c_str());
        return;
    }
    size_t substitutions = 0, touched = 0;
    bool ended = false;
    std::vector<regmatch_t> matches;
    for (size_t line = first; line <= last && line < buffer_.line_count() && !ended; ++line) {
        const std::string text = buffer_.line(line);
        std::string result;
        size_t at = 0, count = 0;
        while (!ended && at <= text.size() && regex->search(text, at, matches)) {
            auto begin = static_cast<size_t>(matches[0].rm_so), end = static_cast<size_t>(matches[0].rm_eo);
            Answer answer = ask ? confirm(line, begin, end) : Answer::yes;
            ended = answer == Answer::quit || answer == Answer::last;
            ask &= answer != Answer::all;
            if (answer == Answer::quit) break;
            result.append(text, at, begin - at);
            if (answer == Answer::no) {
                result.append(text, begin, end - begin);
            } else {
                Replacement(result, text, matches).append(replacement_);
                ++count;
            }
            at = end;
            if (begin == end) {
                size_t next = next_character(text, at);
                result.append(text, at, next - at);
                at = next == at ? at + 1 : next;
            }
            if (!all) break;
        }
        if (count == 0) continue;
        if (at < text.size()) result.append(text, at);
        std::vector<std::string> lines = split_lines(result);
        size_t added = lines.size() - 1;
        buffer_.replace(line, 1, std::move(lines));
        line += added;
        last += added;
        cursor_ = {line, 0};
        substitutions += count;
        ++touched;
    }
    if (substitutions == 0 && !ended && !flags.contains('c'))
        complain("Pattern not found: %s", substituted_pattern_.c_str());
    if (touched > 2)
        say("%zu substitutions on %zu lines", substitutions, touched);
    clamp();
    cursor_.column = first_nonblank(buffer_.line(cursor_.line));
    if (substitutions > 0 && flags.contains('p')) print_lines(cursor_.line, cursor_.line, 'p');
}

// :s with c: shows the match and asks.
Editor::Answer Editor::confirm(size_t line, size_t begin, size_t end) {
    // Shown like a choice of visual mode.
    visual_start_ = {line, begin};
    visual_lines_ = false;
    cursor_ = {line, end > begin ? previous_character(buffer_.line(line), end) : begin};
    prompt_ = "Replace here (y, n, a: all, l: the last one, q)? ";
    Answer answer = Answer::quit;
    for (bool known = false; !known;) {
        int key = next_key();
        known = true;
        switch (key) {
        case 'y':
            answer = Answer::yes;
            break;
        case 'n':
            answer = Answer::no;
            break;
        case 'a':
            answer = Answer::all;
            break;
        case 'l':
            answer = Answer::last;
            break;
        case 'q':
        case kEscape:
            break;
        default:
            known = false;
            break;
        }
    }
    prompt_.clear();
    visual_start_.reset();
    return answer;
}

} // namespace coreutils::vi
