#include "grep/options.h"

#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <memory>
#include <string.h>

namespace coreutils::grep {

void add_patterns(std::vector<std::string>& patterns, std::string_view text) {
    for (;;) {
        size_t end = text.find('\n');
        patterns.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

namespace {

void add_patterns_of_file(std::vector<std::string>& patterns, const char* name) {
    Input input;
    if (!input.open(name)) die_errno(2, name);
    while (auto line = input.next_line()) patterns.emplace_back(*line);
    if (input.error()) die_errno(2, name, input.error());
}

Binary binary_type(const char* name) {
    if (strcmp(name, "text") == 0) return Binary::text;
    if (strcmp(name, "without-match") == 0) return Binary::without_match;
    if (strcmp(name, "binary") == 0) return Binary::report;
    die(2, "invalid argument '%s' for '--binary-files'", name);
}

Directories directories_action(const char* name) {
    if (strcmp(name, "read") == 0) return Directories::read;
    if (strcmp(name, "skip") == 0) return Directories::skip;
    if (strcmp(name, "recurse") == 0) return Directories::recurse;
    die(2, "invalid argument '%s' for '--directories'", name);
}

bool take_matching_option(Request& request, int id, const char* value) {
    Settings& settings = request.settings;
    switch (id) {
    case 'E':
        settings.match.kind = PatternKind::extended;
        return true;
    case 'F':
        settings.match.kind = PatternKind::fixed;
        return true;
    case 'G':
        settings.match.kind = PatternKind::basic;
        return true;
    case 'e':
        add_patterns(request.patterns, value), request.have_patterns = true;
        return true;
    case 'f':
        add_patterns_of_file(request.patterns, value), request.have_patterns = true;
        return true;
    case 'i':
    case 'y':
        settings.match.ignore_case = true;
        return true;
    case kNoIgnoreCase:
        settings.match.ignore_case = false;
        return true;
    case 'v':
        settings.invert = true;
        return true;
    case 'w':
        settings.match.whole_word = true;
        return true;
    case 'x':
        settings.match.whole_line = true;
        return true;
    case 'z':
        settings.match.delimiter = '\0';
        return true;
    case 'm': {
        auto most = parse_signed(value);
        if (!most) die(2, "invalid max count");
        settings.most = *most < 0 ? UINT64_MAX : static_cast<uint64_t>(*most);
        return true;
    }
    }
    return false;
}

bool take_listing_option(Request& request, int id) {
    Settings& settings = request.settings;
    switch (id) {
    case 'c':
        if (settings.listing == Listing::lines) settings.listing = Listing::count;
        return true;
    case 'l':
        if (settings.listing != Listing::nothing) settings.listing = Listing::files_with;
        return true;
    case 'L':
        if (settings.listing != Listing::nothing) settings.listing = Listing::files_without;
        return true;
    case 'q':
        settings.listing = Listing::nothing;
        return true;
    }
    return false;
}

bool take_output_option(Request& request, int id, const char* value) {
    Settings& settings = request.settings;
    switch (id) {
    case 'A':
        request.after = value;
        return true;
    case 'B':
        request.before = value;
        return true;
    case 'C':
    case kNumberOption: {
        static std::string kept;
        kept = value;
        request.context = kept.c_str();
        return true;
    }
    case 'b':
        settings.byte_offsets = true;
        return true;
    case 'H':
        settings.names = Names::always;
        return true;
    case 'h':
        settings.names = Names::never;
        return true;
    case 'n':
        settings.line_numbers = true;
        return true;
    case 'o':
        settings.only_matching = true;
        return true;
    case 'T':
        settings.initial_tab = true;
        return true;
    case 'Z':
        settings.null_after_name = true;
        return true;
    case kLabel:
        settings.label = value;
        return true;
    case kLineBuffered:
        settings.line_buffered = true;
        return true;
    case kColor:
        settings.color = !value || strcmp(value, "always") == 0 ||
                         ((strcmp(value, "auto") == 0 || strcmp(value, "tty") == 0) && out.is_terminal());
        return true;
    }
    return false;
}

void take_file_option(Request& request, int id, const char* value) {
    Settings& settings = request.settings;
    switch (id) {
    case 'a':
        settings.binary = Binary::text;
        break;
    case 'I':
        settings.binary = Binary::without_match;
        break;
    case kBinaryFiles:
        settings.binary = binary_type(value);
        break;
    case 'd':
        settings.directories = directories_action(value);
        break;
    case 'D':
        settings.devices_given = true;
        settings.skip_devices = strcmp(value, "skip") == 0;
        if (!settings.skip_devices && strcmp(value, "read") != 0) die(2, "unknown devices method");
        break;
    case 'r':
        settings.directories = Directories::recurse;
        break;
    case 'R':
        settings.directories = Directories::recurse_follow;
        break;
    case 's':
        settings.silent_errors = true;
        break;
    case kInclude:
        settings.file_rules.push_back({value, true});
        break;
    case kExclude:
        settings.file_rules.push_back({value, false});
        break;
    case kExcludeDir:
        settings.excluded_directories.push_back(value);
        break;
    case kExcludeFrom: {
        static std::vector<std::unique_ptr<std::string>> globs;
        std::vector<std::string> lines;
        add_patterns_of_file(lines, value);
        for (std::string& line : lines) {
            globs.push_back(std::make_unique<std::string>(std::move(line)));
            settings.file_rules.push_back({globs.back()->c_str(), false});
        }
        break;
    }
    }
}

} // namespace

void take_option(Request& request, int id, const char* value) {
    if (!take_matching_option(request, id, value) && !take_listing_option(request, id) &&
        !take_output_option(request, id, value))
        take_file_option(request, id, value);
}

} // namespace coreutils::grep
