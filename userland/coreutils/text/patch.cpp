// patch: applies diffs (POSIX.1-2017, with GNU's -E -f -t --dry-run -s -F -o -r -d, empty-file rules and git
// headers).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/mode.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/quote.h"
#include "lib/unfinished.h"
#include "text/patch_hunks.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <set>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace coreutils::patch {
namespace {

enum : int { kDryRun = kLongOnly, kBinary, kBackupIfMismatch, kNoBackupIfMismatch };

constexpr Option kOptions[] = {
    {'b', "backup", nullptr, "back up the original contents of each file (NAME.orig)"},
    {kBackupIfMismatch, "backup-if-mismatch", nullptr, nullptr},
    {kNoBackupIfMismatch, "no-backup-if-mismatch", nullptr, "keep no original because a hunk fits elsewhere"},
    {kBinary, "binary", nullptr, "keep carriage returns"},
    {'B', "prefix", "PREF", "prepend PREF to the names of backups"},
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
    {'z', "suffix", "SUFFIX", "the end of the names of backups instead of .orig"},
    {kDryRun, "dry-run", nullptr, "do not actually change any files; just print what would happen"},
};

struct Settings {
    bool backup = false, remove_empty = false, force = false, batch = false, forward = false;
    bool reverse = false, silent = false, dry_run = false, binary = false, backup_if_mismatch = true;
    MatchRules rules;
    const char* prefix = nullptr; // of backups
    const char* suffix = nullptr;
    int strip = -1; // -1: only the base name
    const char* output = nullptr;
    const char* rejects = nullptr;
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

void write_rejects(const std::string& name, const FilePatch& patch, const std::vector<const Hunk*>& rejected,
                   int flags) {
    Text text;
    text.lines.push_back("--- " + patch.old_name);
    text.lines.push_back("+++ " + patch.new_name);
    for (const Hunk* hunk : rejected) {
        text.lines.push_back("@@ -" + range_text(hunk->old_start, hunk->old_count) + " +" +
                             range_text(hunk->new_start, hunk->new_count) + " @@");
        for (const HunkLine& line : hunk->lines) text.lines.push_back(line.kind + line.text);
    }
    write_text(name, text, 0644, flags);
}

// A question of which the terminal decides; without one the answer is no.
bool ask_terminal(const char* question) {
    out.write(question);
    out.flush();
    Input terminal;
    std::string answer;
    if (terminal.open("/dev/tty"))
        if (auto line = terminal.next_line()) answer = *line;
    if (answer.empty()) out.put('\n');
    return answer.starts_with('y');
}

// The directories that removing the file has left empty.
void remove_empty_parents(std::string path) {
    for (size_t slash; (slash = path.rfind('/')) != std::string::npos;) {
        path.resize(slash);
        if (rmdir(path.c_str()) != 0) return;
    }
}

void remove_file(const std::string& path) {
    if (unlink(path.c_str()) != 0) die_errno(2, path);
    remove_empty_parents(path);
}

// Nothing outside the directory is patched, whatever the patch says.
bool is_safe(std::string_view name) {
    if (name.empty() || name.starts_with('/')) return false;
    for (size_t at = 0; at <= name.size();) {
        size_t end = std::min(name.find('/', at), name.size());
        if (name.substr(at, end - at) == "..") return false;
        at = end + 1;
    }
    return true;
}

class Patcher {
public:
    explicit Patcher(Settings& settings) : settings_(settings) {}

    int run(Input& input, const char* target, const char* patch_name) {
        PatchParser parser(input, settings_.binary);
        bool any = false;
        while (auto patch = parser.next()) {
            any = true;
            if (settings_.reverse) reverse(*patch);
            if (parser.strips_returns) say("(Stripping trailing CRs from patch; use --binary to disable.)");
            apply(*patch, target);
        }
        if (!parser.problem().empty()) die(2, "**** %s", parser.problem().c_str());
        if (input.error()) die_errno(2, patch_name, input.error());
        if (!any) die(2, "**** Only garbage was found in the patch input.");
        return status_;
    }

private:
    // What is patched, and the name under which the result is kept: another one for a renamed or copied file.
    struct Place {
        std::string source, target;
        bool exists = false, moved_before = false;
    };
    using Hunks = std::vector<const Hunk*>;

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

    // POSIX: the old name, the new one, the Index line: the first that exists; GNU: the best of those that
    // exist, which has the fewest directories, then the shortest last name. A file to be made has its new
    // name.
    std::string choose_target(const FilePatch& patch) const {
        std::string first, best;
        auto rank = [](const std::string& name) {
            return std::tuple(std::count(name.begin(), name.end(), '/'), base_name(name).size(), name.size());
        };
        for (const std::string* name : {&patch.old_name, &patch.new_name, &patch.index_name}) {
            if (name->empty() || *name == "/dev/null") continue;
            std::string candidate = stripped(*name);
            if (!is_safe(candidate)) continue;
            bool better = best.empty() || (!getenv("POSIXLY_CORRECT") && rank(candidate) < rank(best));
            if (better && access(candidate.c_str(), F_OK) == 0) best = candidate;
            if (first.empty() || (name == &patch.new_name && patch.old_is_absent)) first = candidate;
        }
        return best.empty() ? first : best;
    }

    void say(const std::string& text) const {
        if (!settings_.silent) out.write(text + "\n");
    }

    // The end of a patch that is not applied, with its hunks told and kept where they are `rejected`.
    void ignore(const FilePatch& patch, const std::string* rejected = nullptr) {
        status_ = 1;
        if (patch.hunks.empty()) return;
        std::string count = std::to_string(patch.hunks.size());
        out.print("%s out of %s hunk%s ignored", count.c_str(), count.c_str(),
                  patch.hunks.size() == 1 ? "" : "s");
        if (!rejected) return out.put('\n');
        Hunks all;
        for (const Hunk& hunk : patch.hunks) all.push_back(&hunk);
        reject(*rejected, patch, all);
    }

    bool find_place(const FilePatch& patch, const char* given, Place& place, Text& original) {
        if (!given && patch.origin != Origin::same) {
            place.source = stripped(patch.old_name), place.target = stripped(patch.new_name);
            bool usable = is_safe(place.source) && is_safe(place.target);
            if (usable && access(place.source.c_str(), F_OK) != 0) {
                place.moved_before = access(place.target.c_str(), F_OK) == 0;
                usable = place.moved_before;
            }
            if (!usable) {
                out.write("Cannot rename file without two valid file names\n");
                ignore(patch);
                return false;
            }
        } else {
            place.source = place.target = given ? given : choose_target(patch);
        }
        if (S_ISLNK(patch.old_mode) || S_ISLNK(patch.new_mode)) {
            out.print("File %s is a symbolic link -- refusing to patch\n", place.target.c_str());
            ignore(patch);
            return false;
        }
        place.exists =
            !place.source.empty() && read_text(place.moved_before ? place.target : place.source, original);
        bool may_be_absent =
            absence(patch, Side::before) != Absence::none || absence(patch, Side::after) != Absence::none;
        if (place.exists || (!place.source.empty() && may_be_absent)) return true;
        warn("can't find file to patch%s%s", place.source.empty() ? "" : " at ", place.source.c_str());
        out.write("Skipping patch.\n");
        ignore(patch);
        return false;
    }

    enum class Side { before, after };

    enum class Absence { none, empty, absent };

    // What the patch says of the file on that side.
    static Absence absence(const FilePatch& patch, Side side) {
        bool absent = side == Side::before ? patch.old_is_absent : patch.new_is_absent;
        bool empty = absent;
        if (!patch.hunks.empty()) {
            const Hunk& hunk = patch.hunks[0];
            empty = side == Side::before ? hunk.old_start == 0 && hunk.old_count == 0
                                         : hunk.new_start == 0 && hunk.new_count == 0;
        }
        return !empty ? Absence::none : absent ? Absence::absent : Absence::empty;
    }

    // A patch seems to go the other way: false when it is not to be applied. It may be turned around here.
    bool resolve_direction(FilePatch& patch, const std::string& problem) {
        if (settings_.forward) {
            say(problem + "  Skipping patch.");
            return false;
        }
        if (settings_.force) {
            say(problem + "  Applying it anyway.");
            return true;
        }
        if (settings_.batch) {
            say(problem + (settings_.reverse ? "  Ignoring -R." : "  Assuming -R."));
            reverse(patch);
            return true;
        }
        if (ask_terminal(
                (problem + (settings_.reverse ? "  Ignore -R? [n] " : "  Assume -R? [n] ")).c_str())) {
            reverse(patch);
            return true;
        }
        if (ask_terminal("Apply anyway? [n] ")) return true;
        say("Skipping patch.");
        return false;
    }

    // A file that the patch makes must not be there, one that it removes must be.
    bool existence_fits(FilePatch& patch, const Place& place, bool empty) {
        bool creates_empty = patch.hunks.empty() && patch.old_is_absent;
        bool misfits = !empty                                ? absence(patch, Side::before) == Absence::absent
                       : patch.hunks.empty() && place.exists ? creates_empty
                                                             : absence(patch, Side::after) != Absence::none;
        if (!misfits) return true;
        const char* verb = !place.exists ? "delete" : empty ? "empty out" : "create";
        const char* state = !place.exists ? "does not exist" : empty ? "is already empty" : "already exists";
        std::string problem = std::string("The next patch") + (settings_.reverse ? ", when reversed," : "") +
                              " would " + verb + " the file " + place.target + ",\nwhich " + state + "!";
        if (resolve_direction(patch, problem)) return true;
        ignore(patch);
        return false;
    }

    bool first_fits(const FilePatch& patch, const Text& original) const {
        HunkApplier trial(settings_.rules, original);
        size_t line, fuzz;
        ptrdiff_t offset;
        return patch.hunks.empty() || trial.apply(patch.hunks[0], line, fuzz, offset);
    }

    bool looks_reversed(const FilePatch& patch, const Text& original) const {
        FilePatch other = patch;
        reverse(other);
        return first_fits(other, original);
    }

    void apply(FilePatch& patch, const char* given) {
        Place place;
        Text original;
        if (!find_place(patch, given, place, original)) return;
        if (patch.is_binary) {
            out.print("File %s: git binary diffs are not supported.\n", place.target.c_str());
            status_ = 1;
            return;
        }
        if (!existence_fits(patch, place, original.lines.empty())) return;
        std::string shown = quote_name(place.target, Quoting::shell);
        if (settings_.output)
            shown = settings_.output + (" (read from " + shown + ")");
        else if (patch.origin != Origin::same)
            shown += std::string(place.moved_before ? " (already " : " (") +
                     (patch.origin == Origin::renamed ? "renamed" : "copied") + " from " + place.source + ")";
        say(std::string(settings_.dry_run ? "checking" : "patching") + " file " + shown);
        if (!settings_.force && !first_fits(patch, original) && looks_reversed(patch, original) &&
            !resolve_direction(patch, settings_.reverse ? "Unreversed patch detected!"
                                                        : "Reversed (or previously applied) patch detected!"))
            return ignore(patch, &place.target);
        HunkApplier applier(settings_.rules, original);
        Hunks rejected;
        bool exact = apply_hunks(patch, applier, rejected, absence(patch, Side::before) == Absence::absent);
        if (patch.new_is_absent && !applier.result.lines.empty()) {
            out.print("Not deleting file %s as content differs from patch\n", place.target.c_str());
            status_ = 1;
        }
        if (!rejected.empty()) {
            out.print("%zu out of %zu hunk%s FAILED", rejected.size(), patch.hunks.size(),
                      patch.hunks.size() == 1 ? "" : "s");
            reject(place.target, patch, rejected);
        }
        if (settings_.dry_run) return;
        // What did not fit exactly is kept, as GNU's --backup-if-mismatch.
        bool mismatch = settings_.backup_if_mismatch && (!exact || !rejected.empty());
        save(place, patch, applier.result, settings_.backup || mismatch);
    }

    // False when a hunk was found elsewhere, or only with fuzz. A hunk that makes a file fits no text.
    bool apply_hunks(FilePatch& patch, HunkApplier& applier, Hunks& rejected, bool makes_file) {
        bool exact = true, has_text = applier.has_text();
        size_t growth = 0;
        for (size_t index = 0; index < patch.hunks.size(); ++index) {
            Hunk& hunk = patch.hunks[index];
            size_t line = 0, fuzz = 0;
            ptrdiff_t offset = 0;
            if ((index == 0 && makes_file && has_text) || !applier.apply(hunk, line, fuzz, offset)) {
                // What the hunks before have changed counts in what is told of this one.
                if (hunk.old_count + hunk.old_start > 0) hunk.old_start += growth, hunk.new_start += growth;
                rejected.push_back(&hunk);
                out.print("Hunk #%zu FAILED at %zu.\n", index + 1, std::max<size_t>(hunk.old_start, 1));
                continue;
            }
            growth += hunk.new_count - hunk.old_count; // may wrap: it comes back when it is added
            if (fuzz == 0 && offset == 0) continue;
            exact = false;
            std::string text =
                "Hunk #" + std::to_string(index + 1) + " succeeded at " +
                std::to_string(static_cast<ptrdiff_t>(hunk.new_start) + (hunk.new_count == 0) + offset);
            if (fuzz > 0) text += " with fuzz " + std::to_string(fuzz);
            if (offset != 0)
                text += " (offset " + std::to_string(offset) + (labs(offset) == 1 ? " line)" : " lines)");
            say(text + ".");
        }
        applier.finish();
        return exact;
    }

    void reject(const std::string& target, const FilePatch& patch, const Hunks& rejected) {
        status_ = 1;
        std::string name = settings_.rejects
                               ? settings_.rejects
                               : (settings_.output ? settings_.output : target) + std::string(".rej");
        if (settings_.dry_run) return out.put('\n');
        out.print(" -- saving rejects to file %s\n", name.c_str());
        write_rejects(name, patch, rejected, made_.insert(name).second ? O_TRUNC : O_APPEND);
    }

    // Keeps the file as NAME.orig, which is empty where there is no file yet, as it was before the first
    // patch.
    void back_up(const std::string& name) {
        std::string kept = (settings_.prefix ? settings_.prefix : "") + name +
                           (settings_.suffix   ? settings_.suffix
                            : settings_.prefix ? ""
                                               : ".orig");
        if (!made_.insert(kept).second) return;
        Text text;
        struct stat info;
        mode_t mode = read_text(name, text) && stat(name.c_str(), &info) == 0 ? info.st_mode & 07777
                                                                              : 0666 & ~current_umask();
        make_parents(kept);
        write_text(kept, text, mode, O_TRUNC);
    }

    void save(const Place& place, const FilePatch& patch, const Text& result, bool backup) {
        const std::string& target = place.target;
        struct stat info = {};
        bool exists = stat((place.moved_before ? target : place.source).c_str(), &info) == 0;
        mode_t mode = exists ? info.st_mode & 07777 : 0666;
        if (patch.new_mode && patch.new_mode != patch.old_mode)
            mode = (mode & 07000) | (patch.new_mode & 0777);
        if (settings_.output) {
            write_text(settings_.output, result, 0644, wrote_output_ ? O_APPEND : O_TRUNC);
            wrote_output_ = true;
            return;
        }
        if (backup) back_up(target);
        if (backup && patch.origin == Origin::renamed && !place.moved_before) back_up(place.source);
        if (result.lines.empty() && (patch.new_is_absent || settings_.remove_empty)) {
            if (exists) remove_file(target);
            return;
        }
        if (!exists) mode &= ~current_umask();
        make_parents(target);
        // A new file takes the place of the old one whole: a crash leaves one of the two.
        std::string temporary = target + ".XXXXXX";
        int fd = -1;
        Unfinished unfinished(temporary, [&] { return (fd = mkstemp(temporary.data())) >= 0; });
        if (fd < 0) die_errno(2, temporary);
        close(fd);
        if (int error = try_to_write_text(temporary, result, mode, O_TRUNC)) {
            unlink(temporary.c_str());
            die_errno(2, target, error);
        }
        if (exists && chown(temporary.c_str(), info.st_uid, info.st_gid) != 0 && errno != EPERM)
            warn_errno(temporary);
        if (rename(temporary.c_str(), target.c_str()) != 0) die_errno(2, target);
        if (patch.origin == Origin::renamed && !place.moved_before && place.source != target)
            remove_file(place.source);
    }

    const Settings& settings_;
    int status_ = 0;
    bool wrote_output_ = false;
    std::set<std::string> made_; // backups and rejects of this run
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
        case 'B':
            settings.prefix = value;
            break;
        case 'z':
            settings.suffix = value;
            break;
        case kBinary:
            settings.binary = true;
            break;
        case kBackupIfMismatch:
        case kNoBackupIfMismatch:
            settings.backup_if_mismatch = *option == kBackupIfMismatch;
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
            settings.rules.fuzz = static_cast<size_t>(unsigned_or_die(value, "fuzz factor"));
            break;
        case 'i':
            patch_file = value;
            break;
        case 'l':
            settings.rules.ignore_blanks = true;
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
} // namespace coreutils::patch
