#include "text/patch_parse.h"

#include "lib/escape.h"
#include "lib/numbers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace coreutils::patch {
namespace {

// Takes a name as diff and git quote it, "tab\there", off `rest`; false when it is not one.
bool take_quoted_name(std::string_view& rest, std::string& name) {
    if (!rest.starts_with('"')) return false;
    std::string result;
    for (size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '"') {
            rest.remove_prefix(at + 1);
            name = std::move(result);
            return true;
        }
        size_t length = 0;
        if (rest[at] != '\\')
            result.push_back(rest[at]);
        else if (at + 1 < rest.size() && rest[at + 1] == '"')
            result.push_back(rest[++at]);
        else if (append_escape(result, rest.substr(at + 1), EscapeStyle::printf, length))
            at += length;
    }
    return false;
}

// The name in "--- NAME<tab>TIME"; the time stamp of the epoch stands for a file that is not there.
std::string header_name(std::string_view rest, bool& absent) {
    std::string name;
    bool quoted = take_quoted_name(rest, name);
    size_t tab = rest.find('\t');
    std::string_view stamp = tab == std::string_view::npos ? std::string_view() : rest.substr(tab + 1);
    if (!quoted) name = rest.substr(0, tab);
    while (!quoted && tab == std::string_view::npos && !name.empty() &&
           (name.back() == ' ' || name.back() == '\r'))
        name.pop_back();
    absent = absent || name == "/dev/null" || stamp.starts_with("1970-01-01 00:00:00") ||
             stamp.starts_with("Thu Jan  1 00:00:00 1970");
    return name;
}

// "START,COUNT" or "START", a count of 1.
bool parse_range(std::string_view text, size_t& start, size_t& count) {
    size_t comma = text.find(',');
    auto first = parse_unsigned(text.substr(0, comma));
    auto second =
        comma == std::string_view::npos ? std::optional<uint64_t>(1) : parse_unsigned(text.substr(comma + 1));
    if (!first || !second) return false;
    start = static_cast<size_t>(*first);
    count = static_cast<size_t>(*second);
    return true;
}

// "@@ -1,2 +3,4 @@ ..."
bool parse_unified_header(std::string_view line, Hunk& hunk) {
    if (!line.starts_with("@@ -")) return false;
    line.remove_prefix(4);
    size_t blank = line.find(' ');
    if (blank == std::string_view::npos ||
        !parse_range(line.substr(0, blank), hunk.old_start, hunk.old_count))
        return false;
    line.remove_prefix(blank + 1);
    if (!line.starts_with('+')) return false;
    line.remove_prefix(1);
    blank = line.find(' ');
    return blank != std::string_view::npos &&
           parse_range(line.substr(0, blank), hunk.new_start, hunk.new_count) &&
           line.substr(blank + 1).starts_with("@@");
}

// "5", "5,7" before one of a, c, d; then the same for the new file.
bool parse_normal_header(std::string_view line, char& kind, size_t old_range[2], size_t new_range[2]) {
    size_t letter = line.find_first_of("acd");
    if (letter == std::string_view::npos || letter == 0) return false;
    auto range = [](std::string_view text, size_t result[2]) {
        size_t comma = text.find(',');
        auto first = parse_unsigned(text.substr(0, comma));
        auto last = comma == std::string_view::npos ? first : parse_unsigned(text.substr(comma + 1));
        if (!first || !last || *last < *first) return false;
        result[0] = static_cast<size_t>(*first);
        result[1] = static_cast<size_t>(*last);
        return true;
    };
    kind = line[letter];
    return range(line.substr(0, letter), old_range) && range(line.substr(letter + 1), new_range);
}

// The names in "diff --git a/NAME b/NAME". Unquoted ones with blanks part where both are the same but for
// their first directory; those of a renamed file come again in lines of their own.
void split_git_names(std::string_view text, FilePatch& patch) {
    if (take_quoted_name(text, patch.old_name)) {
        if (text.starts_with(' ')) text.remove_prefix(1);
        if (!take_quoted_name(text, patch.new_name)) patch.new_name = text;
        return;
    }
    auto inner = [](std::string_view name) { return name.substr(name.find('/') + 1); };
    size_t split = text.find(' ');
    for (size_t at = split; at != std::string_view::npos; at = text.find(' ', at + 1))
        if (inner(text.substr(0, at)) == inner(text.substr(at + 1))) split = at;
    if (split == std::string_view::npos) return;
    patch.old_name = text.substr(0, split);
    std::string_view rest = text.substr(split + 1);
    if (!take_quoted_name(rest, patch.new_name)) patch.new_name = rest;
}

} // namespace

// A line between "diff --git" and the hunks.
void PatchParser::read_git_header(FilePatch& patch) {
    std::string_view line = line_;
    auto take = [&](std::string_view lead) {
        bool found = line.starts_with(lead);
        if (found) line.remove_prefix(lead.size());
        return found;
    };
    auto mode = [&] { return static_cast<mode_t>(strtoul(std::string(line).c_str(), nullptr, 8)); };
    if (take("old mode ")) {
        patch.old_mode = mode();
    } else if (take("new mode ")) {
        patch.new_mode = mode();
    } else if (take("new file mode ")) {
        patch.new_mode = mode();
        patch.old_is_absent = true;
    } else if (take("deleted file mode ")) {
        patch.old_mode = mode();
        patch.new_is_absent = true;
    } else if (bool renames = take("rename "); renames || take("copy ")) {
        patch.origin = renames ? Origin::renamed : Origin::copied;
        // The same names as above, without their first directory.
        size_t at = take("from ") ? git_names_.find(line) : std::string::npos;
        if (at != std::string::npos && !git_names_.starts_with('"'))
            patch.old_name = git_names_.substr(0, at + line.size());
        if (take("to ") && git_names_.ends_with(line) && git_names_.size() > line.size())
            patch.new_name = git_names_.substr(git_names_.rfind(' ', git_names_.size() - line.size()) + 1);
    } else if (take("GIT binary patch")) {
        patch.is_binary = true;
    }
}

bool PatchParser::read_line() {
    if (held_) {
        held_ = false;
        return !at_end_;
    }
    auto line = input_.next_line();
    at_end_ = !line;
    if (at_end_) return false;
    ++number_;
    line_.assign(*line);
    if (strips_returns && line_.ends_with('\r')) line_.pop_back();
    return true;
}

bool PatchParser::fail(const char* what) {
    problem_ = std::string(what) + " at line " + std::to_string(number_);
    return false;
}

std::optional<FilePatch> PatchParser::next() {
    FilePatch patch;
    bool has_old = false;
    strips_returns = false;
    while (problem_.empty() && read_line()) {
        // Carriage returns behind the lines that lead a patch are taken off the whole of it.
        if (!binary_ && line_.ends_with('\r')) {
            line_.pop_back();
            strips_returns = true;
        }
        Hunk hunk;
        char kind;
        size_t old_range[2], new_range[2];
        if (line_.starts_with("diff --git ")) {
            if (patch.is_complete()) {
                unread();
                return patch;
            }
            patch = {};
            patch.has_git_header = true;
            has_old = false;
            git_names_ = line_.substr(11);
            split_git_names(git_names_, patch);
        } else if (line_.starts_with("Index: ")) {
            patch.index_name = line_.substr(7);
        } else if (line_.starts_with("--- ") && !line_.ends_with(" ----")) {
            patch.old_name = header_name(std::string_view(line_).substr(4), patch.old_is_absent);
            has_old = true;
        } else if (line_.starts_with("*** ") && !line_.ends_with(" ****")) {
            patch.old_name = header_name(std::string_view(line_).substr(4), patch.old_is_absent);
            if (!read_line()) break;
            if (!line_.starts_with("--- ")) {
                unread();
                continue;
            }
            patch.new_name = header_name(std::string_view(line_).substr(4), patch.new_is_absent);
            if (!read_line()) break;
            if (!line_.starts_with("***************")) {
                unread();
                continue;
            }
            unread();
            if (!read_context(patch)) break;
            return patch;
        } else if (line_.starts_with("+++ ") && has_old) {
            patch.new_name = header_name(std::string_view(line_).substr(4), patch.new_is_absent);
        } else if (parse_unified_header(line_, hunk)) {
            unread();
            if (!read_unified(patch)) break;
            return patch;
        } else if (parse_normal_header(line_, kind, old_range, new_range)) {
            unread();
            if (!read_normal(patch)) break;
            if (!patch.hunks.empty()) return patch;
        } else if (patch.has_git_header) {
            read_git_header(patch);
            if (patch.is_binary) return patch;
        }
    }
    if (problem_.empty() && patch.is_complete()) return patch;
    return std::nullopt;
}

bool PatchParser::read_unified(FilePatch& patch) {
    while (read_line()) {
        Hunk hunk;
        if (!parse_unified_header(line_, hunk)) {
            unread();
            break;
        }
        size_t old_left = hunk.old_count, new_left = hunk.new_count;
        char last = ' ';
        auto note_missing_newline = [&] {
            if (last != '+') hunk.old_lacks_newline = true;
            if (last != '-') hunk.new_lacks_newline = true;
        };
        while (old_left > 0 || new_left > 0) {
            if (!read_line()) return fail("unexpected end of patch");
            char mark = line_.empty() ? ' ' : line_[0];
            if (mark == '\t') mark = ' '; // a mailer took the blank
            if (mark == '\\') {
                note_missing_newline();
                continue;
            }
            std::string text = line_.empty() || line_[0] == '\t' ? line_ : line_.substr(1);
            bool in_old = mark == ' ' || mark == '-', in_new = mark == ' ' || mark == '+';
            if ((!in_old && !in_new) || (in_old && old_left == 0) || (in_new && new_left == 0))
                return fail("malformed patch");
            old_left -= in_old;
            new_left -= in_new;
            hunk.lines.push_back({mark, std::move(text)});
            last = mark;
        }
        if (read_line()) {
            if (line_.starts_with('\\'))
                note_missing_newline();
            else
                unread();
        }
        patch.hunks.push_back(std::move(hunk));
    }
    return true;
}

// One half of a context hunk may be left out when it holds no change: it is made from the other.
bool PatchParser::read_context_hunk(Hunk& hunk) {
    auto header = [&](const char* lead, const char* tail, size_t& start, size_t& count) {
        size_t lead_length = strlen(lead), tail_length = strlen(tail);
        if (line_.size() <= lead_length + tail_length || !line_.starts_with(lead) || !line_.ends_with(tail))
            return false;
        std::string_view range =
            std::string_view(line_).substr(lead_length, line_.size() - lead_length - tail_length);
        size_t comma = range.find(',');
        auto first = parse_unsigned(range.substr(0, comma));
        auto last = comma == std::string_view::npos ? first : parse_unsigned(range.substr(comma + 1));
        if (!first || !last) return false;
        start = static_cast<size_t>(*first);
        count = *first == 0 || *last < *first ? 0 : static_cast<size_t>(*last - *first + 1);
        return true;
    };
    std::vector<HunkLine> halves[2];
    bool lacks_newline[2] = {};
    if (!read_line() || !header("*** ", " ****", hunk.old_start, hunk.old_count))
        return fail("malformed context hunk");
    bool have_line = read_line();
    for (int half = 0; half < 2; ++half) {
        if (half == 1) {
            if (!have_line || !header("--- ", " ----", hunk.new_start, hunk.new_count))
                return fail("malformed context hunk");
            have_line = read_line();
        }
        char own = half == 0 ? '-' : '+';
        size_t count = half == 0 ? hunk.old_count : hunk.new_count;
        while (have_line && halves[half].size() < count) {
            if (line_.empty() || line_[0] == '\t') line_.insert(0, "  "); // a mailer took the blanks
            char mark = line_[0];
            bool blank = line_.size() >= 2 && line_[1] == ' '; // of two, one may have got lost
            if ((mark != ' ' && mark != '!' && mark != own) || (mark != ' ' && line_.size() >= 2 && !blank))
                break;
            halves[half].push_back({mark == ' ' ? ' ' : own, line_.substr(blank ? 2 : 1)});
            have_line = read_line();
        }
        if (have_line && line_.starts_with('\\')) {
            lacks_newline[half] = true;
            have_line = read_line();
        }
        if (!halves[half].empty() && halves[half].size() != count) return fail("malformed context hunk");
    }
    if (have_line) unread();
    for (int half = 0; half < 2; ++half) {
        if (!halves[half].empty() || (half == 0 ? hunk.old_count : hunk.new_count) == 0) continue;
        for (const HunkLine& line : halves[1 - half])
            if (line.kind == ' ') halves[half].push_back(line);
        size_t& count = half == 0 ? hunk.old_count : hunk.new_count;
        if (halves[half].empty() && count == 1) count = 0; // a lone number is a line, or the place behind it
        if (halves[half].size() != count) return fail("malformed context hunk");
    }
    size_t old_at = 0, new_at = 0;
    while (old_at < halves[0].size() || new_at < halves[1].size()) {
        if (old_at < halves[0].size() && halves[0][old_at].kind == '-')
            hunk.lines.push_back(halves[0][old_at++]);
        else if (new_at < halves[1].size() && halves[1][new_at].kind == '+')
            hunk.lines.push_back(halves[1][new_at++]);
        else if (old_at < halves[0].size() && new_at < halves[1].size() &&
                 halves[0][old_at].text == halves[1][new_at].text) {
            hunk.lines.push_back(halves[0][old_at++]);
            ++new_at;
        } else {
            return fail("malformed context hunk");
        }
    }
    hunk.old_lacks_newline = lacks_newline[0];
    hunk.new_lacks_newline = lacks_newline[1];
    return true;
}

bool PatchParser::read_context(FilePatch& patch) {
    while (read_line()) {
        if (!line_.starts_with("***************")) {
            unread();
            break;
        }
        Hunk hunk;
        if (!read_context_hunk(hunk)) return false;
        patch.hunks.push_back(std::move(hunk));
    }
    return true;
}

bool PatchParser::read_normal(FilePatch& patch) {
    while (read_line()) {
        char kind;
        size_t old_range[2], new_range[2];
        if (!parse_normal_header(line_, kind, old_range, new_range)) {
            unread();
            break;
        }
        Hunk hunk;
        hunk.old_start = old_range[0];
        hunk.old_count = kind == 'a' ? 0 : old_range[1] - old_range[0] + 1;
        hunk.new_start = new_range[0];
        hunk.new_count = kind == 'd' ? 0 : new_range[1] - new_range[0] + 1;
        auto read_half = [&](char mark, size_t count, char line_kind, bool& lacks_newline) {
            for (size_t index = 0; index < count; ++index) {
                if (!read_line() || line_.size() < 2 || line_[0] != mark || line_[1] != ' ') return false;
                hunk.lines.push_back({line_kind, line_.substr(2)});
            }
            if (count > 0 && read_line()) {
                lacks_newline = line_.starts_with('\\');
                if (!lacks_newline) unread();
            }
            return true;
        };
        if (!read_half('<', hunk.old_count, '-', hunk.old_lacks_newline))
            return patch.hunks.empty() ? true : fail("malformed patch");
        if (kind == 'c' && (!read_line() || line_ != "---")) return fail("'---' expected");
        if (!read_half('>', hunk.new_count, '+', hunk.new_lacks_newline)) return fail("malformed patch");
        patch.hunks.push_back(std::move(hunk));
    }
    return true;
}

} // namespace coreutils::patch
