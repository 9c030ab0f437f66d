// patch: applies diffs (POSIX.1-2017, with GNU's -E -f -t --dry-run -s -F -o -r -d and empty-file rules).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/mode.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/unfinished.h"
#include "text/patch_parse.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kDryRun = kLongOnly };

constexpr Option kOptions[] = {
    {'b', "backup", nullptr, "back up the original contents of each file (NAME.orig)"},
    {'d', "directory", "DIR", "change the working directory to DIR first"},
    {'E', "remove-empty-files", nullptr, "remove output files that are empty after patching"},
    {'f', "force", nullptr, "like -t, but ignore bad-Prereq patches, and assume unreversed"},
    {'F', "fuzz", "LINES", "set the fuzz factor to LINES for inexact matching (default 2)"},
    {'i', "input", "PATCHFILE", "read patch from PATCHFILE instead of stdin"},
    {'l', "ignore-whitespace", nullptr, "ignore white space changes between patch and input"},
    {'N', "forward", nullptr, "ignore patches that appear to be reversed or already applied"},
    {'o', "output", "FILE", "output patched files to FILE"},
    {'p', "strip", "NUM", "strip NUM leading components from file names"},
    {'r', "reject-file", "FILE", "output rejects to FILE"},
    {'R', "reverse", nullptr, "assume patches were created with old and new files swapped"},
    {'s', "quiet", nullptr, "work silently unless an error occurs"},
    {'s', "silent", nullptr, nullptr},
    {'t', "batch", nullptr, "ask no questions; assume reversed if the patch appears so"},
    {'u', "unified", nullptr, nullptr},
    {'c', "context", nullptr, nullptr},
    {'n', "normal", nullptr, nullptr},
    {kDryRun, "dry-run", nullptr, "do not actually change any files; just print what would happen"},
};

struct Settings {
    bool backup = false, remove_empty = false, force = false, batch = false, ignore_blanks = false,
         forward = false;
    bool reverse = false, silent = false, dry_run = false;
    size_t fuzz = 2;
    int strip = -1; // -1: only the base name
    const char* output = nullptr;
    const char* rejects = nullptr;
};

struct Text {
    std::vector<std::string> lines;
    bool lacks_newline = false;
};

void reverse_patch(FilePatch& patch) {
    std::swap(patch.old_name, patch.new_name);
    std::swap(patch.old_is_absent, patch.new_is_absent);
    for (Hunk& hunk : patch.hunks) {
        std::swap(hunk.old_start, hunk.new_start);
        std::swap(hunk.old_count, hunk.new_count);
        std::swap(hunk.old_lacks_newline, hunk.new_lacks_newline);
        for (HunkLine& line : hunk.lines)
            if (line.kind != ' ') line.kind = line.kind == '-' ? '+' : '-';
        // Removed lines come before added ones.
        for (auto at = hunk.lines.begin(); at != hunk.lines.end();) {
            auto end =
                std::find_if(at, hunk.lines.end(), [](const HunkLine& line) { return line.kind == ' '; });
            std::stable_partition(at, end, [](const HunkLine& line) { return line.kind == '-'; });
            at = end == hunk.lines.end() ? end : end + 1;
        }
    }
}

bool same_but_blanks(std::string_view left, std::string_view right) {
    auto blank = [](char c) { return c == ' ' || c == '\t'; };
    for (;;) {
        bool left_blank = !left.empty() && blank(left[0]), right_blank = !right.empty() && blank(right[0]);
        if (left_blank || right_blank) {
            if (left_blank != right_blank && !left.empty() && !right.empty()) return false;
            while (!left.empty() && blank(left[0])) left.remove_prefix(1);
            while (!right.empty() && blank(right[0])) right.remove_prefix(1);
        }
        if (left.empty() || right.empty()) return left.empty() && right.empty();
        if (left[0] != right[0]) return false;
        left.remove_prefix(1);
        right.remove_prefix(1);
    }
}

class FilePatcher {
public:
    FilePatcher(const Settings& settings, const Text& original) : settings_(settings), original_(original) {
        result.lacks_newline = original.lacks_newline;
    }

    // Where the hunk fits, and with how much fuzz; applies it there.
    bool apply(const Hunk& hunk, size_t& line, size_t& fuzz, ptrdiff_t& offset) {
        size_t prefix = 0, suffix = 0;
        while (prefix < hunk.lines.size() && hunk.lines[prefix].kind == ' ') ++prefix;
        while (suffix < hunk.lines.size() && hunk.lines[hunk.lines.size() - 1 - suffix].kind == ' ') ++suffix;
        std::vector<const HunkLine*> old_lines;
        for (const HunkLine& each : hunk.lines)
            if (each.kind != '+') old_lines.push_back(&each);
        // A hunk without old lines goes behind line `old_start`, any other begins there.
        ptrdiff_t wanted = static_cast<ptrdiff_t>(hunk.old_start) - (hunk.old_count > 0 ? 1 : 0) + drift_;
        size_t context = std::max(prefix, suffix);
        for (fuzz = 0; fuzz <= std::min(settings_.fuzz, context); ++fuzz) {
            size_t skip_front = fuzz > context - prefix ? fuzz - (context - prefix) : 0;
            size_t skip_back = fuzz > context - suffix ? fuzz - (context - suffix) : 0;
            if (skip_front + skip_back > old_lines.size()) break;
            // Less context at one end than at the other: the hunk is at that end of the file.
            bool at_start = prefix < suffix && hunk.old_start <= 1 && fuzz == 0;
            bool at_end = suffix < prefix && fuzz == 0;
            std::span<const HunkLine*> pattern(old_lines);
            pattern = pattern.subspan(skip_front, old_lines.size() - skip_front - skip_back);
            auto place = find(pattern, wanted + static_cast<ptrdiff_t>(skip_front), at_start, at_end);
            if (!place) continue;
            size_t start = *place - skip_front;
            offset = static_cast<ptrdiff_t>(start) -
                     (static_cast<ptrdiff_t>(hunk.old_start) - (hunk.old_count > 0 ? 1 : 0));
            drift_ = offset;
            splice(hunk, start);
            line = hunk.old_count > 0 ? start + 1 : start;
            return true;
        }
        return false;
    }

    void finish() {
        for (; copied_ < original_.lines.size(); ++copied_) result.lines.push_back(original_.lines[copied_]);
    }

    Text result;

private:
    bool fits(std::span<const HunkLine*> pattern, size_t start) const {
        if (start < copied_ || start + pattern.size() > original_.lines.size()) return false;
        for (size_t index = 0; index < pattern.size(); ++index) {
            const std::string& have = original_.lines[start + index];
            if (have != pattern[index]->text &&
                !(settings_.ignore_blanks && same_but_blanks(have, pattern[index]->text)))
                return false;
        }
        return true;
    }

    // The place nearest to `wanted`, later ones first.
    std::optional<size_t> find(std::span<const HunkLine*> pattern, ptrdiff_t wanted, bool at_start,
                               bool at_end) const {
        size_t size = original_.lines.size();
        if (pattern.size() > size) return std::nullopt;
        size_t last = size - pattern.size();
        if (at_start) return fits(pattern, 0) ? std::optional<size_t>(0) : std::nullopt;
        if (at_end) return fits(pattern, last) ? std::optional<size_t>(last) : std::nullopt;
        auto limit = static_cast<ptrdiff_t>(last);
        for (ptrdiff_t distance = 0; distance <= limit + labs(wanted); ++distance) {
            for (ptrdiff_t place : {wanted + distance, wanted - distance})
                if (place >= 0 && place <= limit && fits(pattern, static_cast<size_t>(place)))
                    return static_cast<size_t>(place);
        }
        return std::nullopt;
    }

    void splice(const Hunk& hunk, size_t start) {
        while (copied_ < start) result.lines.push_back(original_.lines[copied_++]);
        for (const HunkLine& each : hunk.lines) {
            if (each.kind == '+') {
                result.lines.push_back(each.text);
                continue;
            }
            // Context stays as the file has it.
            if (each.kind == ' ' && copied_ < original_.lines.size())
                result.lines.push_back(original_.lines[copied_]);
            ++copied_;
        }
        if (copied_ >= original_.lines.size() &&
            (hunk.old_lacks_newline || hunk.new_lacks_newline || hunk.old_count == 0))
            result.lacks_newline = hunk.new_lacks_newline;
    }

    const Settings& settings_;
    const Text& original_;
    size_t copied_ = 0;
    ptrdiff_t drift_ = 0;
};

bool read_text(const std::string& name, Text& text) {
    Input input;
    if (!input.open(name.c_str())) return false;
    bool ended = true;
    while (auto line = input.next_line('\n', &ended)) text.lines.emplace_back(*line);
    text.lacks_newline = !text.lines.empty() && !ended;
    if (input.error()) die_errno(2, name, input.error());
    return true;
}

// The errno of what failed, or 0.
int try_to_write_text(const std::string& name, const Text& text, mode_t mode, int flags) {
    int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
    if (fd < 0) return errno;
    int error;
    {
        Output file(fd);
        for (size_t index = 0; index < text.lines.size(); ++index) {
            file.write(text.lines[index]);
            if (index + 1 < text.lines.size() || !text.lacks_newline) file.put('\n');
        }
        file.flush();
        error = file.error();
    }
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) fchmod(fd, mode); // a device keeps its mode
    if (close(fd) != 0 && error == 0) error = errno;
    return error;
}

void write_text(const std::string& name, const Text& text, mode_t mode, int flags) {
    if (int error = try_to_write_text(name, text, mode, flags)) die_errno(2, name, error);
}

std::string range_text(size_t start, size_t count) {
    return count == 1 ? std::to_string(start) : std::to_string(start) + "," + std::to_string(count);
}

void write_rejects(const std::string& name, const FilePatch& patch,
                   const std::vector<const Hunk*>& rejected) {
    Text text;
    text.lines.push_back("--- " + patch.old_name);
    text.lines.push_back("+++ " + patch.new_name);
    for (const Hunk* hunk : rejected) {
        text.lines.push_back("@@ -" + range_text(hunk->old_start, hunk->old_count) + " +" +
                             range_text(hunk->new_start, hunk->new_count) + " @@");
        for (const HunkLine& line : hunk->lines) text.lines.push_back(line.kind + line.text);
    }
    write_text(name, text, 0644, O_TRUNC);
}

class Patcher {
public:
    explicit Patcher(Settings& settings) : settings_(settings) {}

    int run(Input& input, const char* target, const char* patch_name) {
        PatchParser parser(input);
        bool any = false;
        while (auto patch = parser.next()) {
            any = true;
            if (settings_.reverse) reverse_patch(*patch);
            apply(*patch, target);
        }
        if (!parser.problem().empty()) die(2, "**** %s", parser.problem().c_str());
        if (input.error()) die_errno(2, patch_name, input.error());
        if (!any) die(2, "**** Only garbage was found in the patch input.");
        return status_;
    }

private:
    std::string stripped(const std::string& name) const {
        if (settings_.strip < 0) return std::string(base_name(name));
        std::string_view rest = name;
        for (int left = settings_.strip; left > 0; --left) {
            size_t slash = rest.find('/');
            if (slash == std::string_view::npos) return "";
            rest.remove_prefix(slash);
            while (rest.starts_with('/')) rest.remove_prefix(1);
        }
        return std::string(rest);
    }

    // Nothing outside the directory is patched, whatever the patch says.
    static bool is_safe(std::string_view name) {
        if (name.empty() || name.starts_with('/')) return false;
        for (size_t at = 0; at <= name.size();) {
            size_t end = std::min(name.find('/', at), name.size());
            if (name.substr(at, end - at) == "..") return false;
            at = end + 1;
        }
        return true;
    }

    // POSIX: the old name, the new one, the Index line: the first that exists; a file to be made has its new
    // name.
    std::string choose_target(const FilePatch& patch) const {
        std::string first;
        for (const std::string* name : {&patch.old_name, &patch.new_name, &patch.index_name}) {
            if (name->empty() || *name == "/dev/null") continue;
            std::string candidate = stripped(*name);
            if (!is_safe(candidate)) continue;
            if (access(candidate.c_str(), F_OK) == 0) return candidate;
            if (first.empty() || (name == &patch.new_name && patch.old_is_absent)) first = candidate;
        }
        return first;
    }

    void say(const std::string& text) const {
        if (!settings_.silent) out.write(text + "\n");
    }

    void apply(FilePatch& patch, const char* given) {
        std::string target = given ? given : choose_target(patch);
        if (target.empty()) {
            warn("can't find file to patch");
            out.print("Skipping patch.\n%zu out of %zu hunk%s ignored\n", patch.hunks.size(),
                      patch.hunks.size(), patch.hunks.size() == 1 ? "" : "s");
            status_ = 1;
            return;
        }
        Text original;
        bool exists = read_text(target, original);
        bool creates = !patch.hunks.empty() && patch.hunks[0].old_count == 0 && patch.hunks[0].old_start == 0;
        if (!exists && !creates) {
            warn("can't find file to patch at '%s'", target.c_str());
            out.print("Skipping patch.\n%zu out of %zu hunk%s ignored\n", patch.hunks.size(),
                      patch.hunks.size(), patch.hunks.size() == 1 ? "" : "s");
            status_ = 1;
            return;
        }
        std::string shown = settings_.output ? settings_.output + (" (read from " + target + ")") : target;
        say(std::string(settings_.dry_run ? "checking" : "patching") + " file " + shown);
        if (!first_fits(patch, original) && looks_reversed(patch, original)) {
            if (settings_.forward) {
                say("Reversed (or previously applied) patch detected!  Skipping patch.");
                std::string count = std::to_string(patch.hunks.size());
                out.print("%s out of %s hunk%s ignored", count.c_str(), count.c_str(),
                          patch.hunks.size() == 1 ? "" : "s");
                std::vector<const Hunk*> all;
                for (const Hunk& hunk : patch.hunks) all.push_back(&hunk);
                reject(target, patch, all);
                return;
            }
            if (settings_.batch) {
                say("Reversed (or previously applied) patch detected!  Assuming -R.");
                reverse_patch(patch);
            }
        }
        FilePatcher patcher(settings_, original);
        std::vector<const Hunk*> rejected;
        bool inexact = false;
        for (size_t index = 0; index < patch.hunks.size(); ++index) {
            const Hunk& hunk = patch.hunks[index];
            size_t line = 0, fuzz = 0;
            ptrdiff_t offset = 0;
            if (!patcher.apply(hunk, line, fuzz, offset)) {
                rejected.push_back(&hunk);
                out.print("Hunk #%zu FAILED at %zu.\n", index + 1, hunk.old_start);
                continue;
            }
            if (fuzz == 0 && offset == 0) continue;
            inexact = true;
            std::string text =
                "Hunk #" + std::to_string(index + 1) + " succeeded at " +
                std::to_string(static_cast<ptrdiff_t>(hunk.new_start) + (hunk.new_count == 0) + offset);
            if (fuzz > 0) text += " with fuzz " + std::to_string(fuzz);
            if (offset != 0)
                text += " (offset " + std::to_string(offset) + (labs(offset) == 1 ? " line)" : " lines)");
            say(text + ".");
        }
        patcher.finish();
        if (patch.new_is_absent && !patcher.result.lines.empty()) {
            out.print("Not deleting file %s as content differs from patch\n", target.c_str());
            status_ = 1;
        }
        if (!rejected.empty()) {
            out.print("%zu out of %zu hunk%s FAILED", rejected.size(), patch.hunks.size(),
                      patch.hunks.size() == 1 ? "" : "s");
            reject(target, patch, rejected);
        }
        if (settings_.dry_run) return;
        // What did not fit exactly is kept, as GNU's --backup-if-mismatch.
        bool backup = settings_.backup || ((inexact || !rejected.empty()) && exists && !settings_.output);
        save(target, patch, patcher.result, exists, backup ? &original : nullptr);
    }

    bool first_fits(const FilePatch& patch, const Text& original) const {
        FilePatcher trial(settings_, original);
        size_t line, fuzz;
        ptrdiff_t offset;
        return patch.hunks.empty() || trial.apply(patch.hunks[0], line, fuzz, offset);
    }

    bool looks_reversed(const FilePatch& patch, const Text& original) const {
        FilePatch other = patch;
        reverse_patch(other);
        return first_fits(other, original);
    }

    void reject(const std::string& target, const FilePatch& patch, const std::vector<const Hunk*>& rejected) {
        status_ = 1;
        std::string name = settings_.rejects
                               ? settings_.rejects
                               : (settings_.output ? settings_.output : target) + std::string(".rej");
        if (settings_.dry_run) {
            out.put('\n');
            return;
        }
        out.print(" -- saving rejects to file %s\n", name.c_str());
        write_rejects(name, patch, rejected);
    }

    void save(const std::string& target, const FilePatch& patch, const Text& result, bool exists,
              const Text* backup) {
        struct stat info = {};
        mode_t mode = exists && stat(target.c_str(), &info) == 0 ? info.st_mode & 07777 : 0666;
        if (settings_.output) {
            write_text(settings_.output, result, 0644, wrote_output_ ? O_APPEND : O_TRUNC);
            wrote_output_ = true;
            return;
        }
        if (backup) write_text(target + ".orig", *backup, mode, O_TRUNC);
        if (result.lines.empty() && (patch.new_is_absent || settings_.remove_empty)) {
            if (exists && unlink(target.c_str()) != 0) die_errno(2, target);
            return;
        }
        if (!exists) {
            mode &= ~current_umask();
            make_parents(target);
        }
        // A new file takes the place of the old one whole: a crash leaves one of the two.
        std::string temporary = target + ".XXXXXX";
        int fd = mkstemp(temporary.data());
        if (fd < 0) die_errno(2, temporary);
        Unfinished unfinished(temporary);
        close(fd);
        if (int error = try_to_write_text(temporary, result, mode, O_TRUNC)) {
            unlink(temporary.c_str());
            die_errno(2, target, error);
        }
        if (exists && chown(temporary.c_str(), info.st_uid, info.st_gid) != 0 && errno != EPERM)
            warn_errno(temporary);
        if (rename(temporary.c_str(), target.c_str()) != 0) die_errno(2, target);
    }

    const Settings& settings_;
    int status_ = 0;
    bool wrote_output_ = false;
};

int run(Arguments& arguments) {
    Settings settings;
    const char* patch_file = "-";
    const char* directory = nullptr;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'b':
            settings.backup = true;
            break;
        case 'd':
            directory = value;
            break;
        case 'E':
            settings.remove_empty = true;
            break;
        case 'f':
            settings.force = true;
            break;
        case 'F':
            settings.fuzz = static_cast<size_t>(unsigned_or_die(value, "fuzz factor"));
            break;
        case 'i':
            patch_file = value;
            break;
        case 'l':
            settings.ignore_blanks = true;
            break;
        case 'N':
            settings.forward = true;
            break;
        case 'o':
            settings.output = value;
            break;
        case 'p':
            settings.strip = static_cast<int>(unsigned_or_die(value, "strip count"));
            break;
        case 'r':
            settings.rejects = value;
            break;
        case 'R':
            settings.reverse = true;
            break;
        case 's':
            settings.silent = true;
            break;
        case 't':
            settings.batch = true;
            break;
        case kDryRun:
            settings.dry_run = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() > 2) extra_operand(operands[2]);
    if (operands.size() == 2) patch_file = operands[1];
    if (directory && chdir(directory) != 0) die(2, "**** Can't change to directory %s : %m", directory);
    Input input;
    if (!input.open(patch_file)) die(2, "**** Can't open patch file %s : %m", patch_file);
    return Patcher(settings).run(input, operands.empty() ? nullptr : operands[0], patch_file);
}

constexpr Tool kTool = {
    .name = "patch",
    .synopsis = "[OPTION]... [ORIGFILE [PATCHFILE]]",
    .summary = "Apply a diff file to an original.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
