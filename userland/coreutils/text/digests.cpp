// md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum: print or check digests (GNU). cksum:
// POSIX.1-2017, and with -a any of them.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/digest.h"
#include "text/sums.h"

#include <ctype.h>
#include <string.h>
#include <string>
#include <strings.h>

namespace coreutils {
namespace {

enum : int { kTag = kLongOnly, kIgnoreMissing, kQuiet, kStatus, kStrict, kUntagged };

#define MARTLET_DIGEST_OPTIONS                                                                               \
    {'c', "check", nullptr, "read checksums from the FILEs and check them"},                                 \
        {'z', "zero", nullptr, "end each output line with NUL, and disable file name escaping"},             \
        {kIgnoreMissing, "ignore-missing", nullptr, "don't fail or report status for missing files"},        \
        {kQuiet, "quiet", nullptr, "don't print OK for each successfully verified file"},                    \
        {kStatus, "status", nullptr, "don't output anything, status code shows success"},                    \
        {kStrict, "strict", nullptr, "exit non-zero for improperly formatted checksum lines"},               \
        {'w', "warn", nullptr, "warn about improperly formatted checksum lines"}

constexpr Option kOptions[] = {
    {'b', "binary", nullptr, "read in binary mode: marks the name with '*'"},
    {kTag, "tag", nullptr, "create a BSD-style checksum"},
    {'t', "text", nullptr, "read in text mode (default)"},
    MARTLET_DIGEST_OPTIONS,
};

constexpr Option kCksumOptions[] = {
    {'a', "algorithm", "TYPE", "crc (default), bsd, sysv, md5, sha1, sha224, sha256, sha384 or sha512"},
    {kTag, "tag", nullptr, "write digests as 'TYPE (NAME) = DIGEST' (default)"},
    {kUntagged, "untagged", nullptr, "write them as 'DIGEST  NAME'"},
    MARTLET_DIGEST_OPTIONS,
};

struct Flavour {
    const char* label;
    DigestKind kind;
};

constexpr Flavour kFlavours[] = {
    {"MD5", DigestKind::md5},       {"SHA1", DigestKind::sha1},     {"SHA224", DigestKind::sha224},
    {"SHA256", DigestKind::sha256}, {"SHA384", DigestKind::sha384}, {"SHA512", DigestKind::sha512},
};

struct Settings {
    const Flavour* flavour; // nullptr: as each line of a list says
    bool binary = false, tag = false, zero = false;
    bool ignore_missing = false, quiet = false, silent = false, strict = false, warnings = false;
};

// A name with a newline, carriage return or backslash is escaped, and the line then begins with a backslash.
std::string escape_name(std::string_view name, bool& escaped) {
    std::string result;
    escaped = false;
    for (char byte : name) {
        size_t at = std::string_view("\\\n\r").find(byte);
        if (at == std::string_view::npos) {
            result.push_back(byte);
        } else {
            result.push_back('\\');
            result.push_back("\\nr"[at]);
            escaped = true;
        }
    }
    return result;
}

bool unescape_name(std::string& name) {
    std::string result;
    for (size_t index = 0; index < name.size(); ++index) {
        if (name[index] != '\\') {
            result.push_back(name[index]);
            continue;
        }
        size_t at =
            ++index < name.size() ? std::string_view("\\nr").find(name[index]) : std::string_view::npos;
        if (at == std::string_view::npos) return false;
        result.push_back("\\\n\r"[at]);
    }
    name = std::move(result);
    return true;
}

std::string digest_of(Input& input, DigestKind kind) {
    Digest digest(kind);
    for (std::string_view block; !(block = input.next_block()).empty();) digest.update(block);
    return digest.finish();
}

int print_digests(std::span<char*> names, const Settings& settings) {
    return for_each_input(names, [&](Input& input, const char* name) {
        std::string digest = digest_of(input, settings.flavour->kind);
        if (input.error()) return;
        bool escaped = false;
        std::string shown = settings.zero ? std::string(name) : escape_name(name, escaped);
        if (escaped) out.put('\\');
        if (settings.tag)
            out.print("%s (%s) = %s", settings.flavour->label, shown.c_str(), digest.c_str());
        else
            out.print("%s %c%s", digest.c_str(), settings.binary ? '*' : ' ', shown.c_str());
        out.put(settings.zero ? '\0' : '\n');
    });
}

struct Entry {
    std::string digest, name;
    const Flavour* flavour;
};

// Takes "LABEL (" off the line: the flavour of that label.
const Flavour* take_label(std::string_view& line) {
    for (const Flavour& flavour : kFlavours)
        if (std::string label = std::string(flavour.label) + " ("; line.starts_with(label)) {
            line.remove_prefix(label.size());
            return &flavour;
        }
    return nullptr;
}

// "DIGEST  NAME", "DIGEST *NAME", "DIGEST NAME" or "LABEL (NAME) = DIGEST"; false for anything else.
bool parse_entry(std::string_view line, const Flavour* wanted, Entry& entry) {
    while (!line.empty() && (line[0] == ' ' || line[0] == '\t')) line.remove_prefix(1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    entry.flavour = take_label(line);
    if (entry.flavour) {
        size_t end = line.rfind(") = ");
        if (end == std::string_view::npos || (wanted && wanted != entry.flavour)) return false;
        entry.name = line.substr(0, end);
        entry.digest = line.substr(end + 4);
    } else {
        entry.flavour = wanted;
        size_t digits = wanted ? 2 * digest_bytes(wanted->kind) : line.size();
        if (line.size() < digits + 2 || line[digits] != ' ') return false;
        entry.digest = line.substr(0, digits);
        entry.name = line.substr(digits + 1);
        if (entry.name[0] == ' ' || (entry.name[0] == '*' && entry.name.size() > 1)) entry.name.erase(0, 1);
    }
    if (entry.digest.size() != 2 * digest_bytes(entry.flavour->kind)) return false;
    for (unsigned char digit : entry.digest)
        if (!isxdigit(digit)) return false;
    return !entry.name.empty() && (!escaped || unescape_name(entry.name));
}

// The totals that the warnings at the end tell.
struct Tally {
    unsigned long long valid = 0, malformed = 0, mismatched = 0, unreadable = 0, matched = 0;
};

void check_entry(const Entry& entry, const Settings& settings, Tally& tally) {
    Input input;
    bool opened = input.open(entry.name.c_str());
    if (!opened && errno == ENOENT && settings.ignore_missing) return;
    int error = opened ? 0 : errno;
    std::string digest;
    if (opened) {
        digest = digest_of(input, entry.flavour->kind);
        error = input.error();
    }
    bool escaped;
    std::string shown = escape_name(entry.name, escaped);
    const char* mark = escaped ? "\\" : "";
    if (error) {
        ++tally.unreadable;
        warn_errno(entry.name, error);
        if (!settings.silent) out.print("%s%s: FAILED open or read\n", mark, shown.c_str());
    } else if (strcasecmp(digest.c_str(), entry.digest.c_str()) != 0) {
        ++tally.mismatched;
        if (!settings.silent) out.print("%s%s: FAILED\n", mark, shown.c_str());
    } else {
        ++tally.matched;
        if (!settings.silent && !settings.quiet) out.print("%s%s: OK\n", mark, shown.c_str());
    }
}

void warn_count(unsigned long long count, const char* one, const char* many) {
    if (count > 0) warn("WARNING: %llu %s", count, count == 1 ? one : many);
}

int check_lists(std::span<char*> names, const Settings& settings) {
    int status = 0;
    int input_status = for_each_input(names, [&](Input& input, const char* name) {
        Tally tally;
        unsigned long long number = 0;
        while (auto line = input.next_line()) {
            ++number;
            if (line->starts_with('#')) continue;
            Entry entry;
            if (parse_entry(*line, settings.flavour, entry)) {
                ++tally.valid;
                check_entry(entry, settings, tally);
                continue;
            }
            ++tally.malformed;
            if (settings.warnings)
                warn("%s: %llu: improperly formatted %s checksum line", input_label(name), number,
                     settings.flavour ? settings.flavour->label : "tagged");
        }
        if (tally.valid == 0) {
            warn("%s: no properly formatted checksum lines found", input_label(name));
            status = 1;
            return;
        }
        if (!settings.silent) {
            warn_count(tally.malformed, "line is improperly formatted", "lines are improperly formatted");
            warn_count(tally.unreadable, "listed file could not be read", "listed files could not be read");
            warn_count(tally.mismatched, "computed checksum did NOT match",
                       "computed checksums did NOT match");
            if (settings.ignore_missing && tally.matched == 0 && tally.mismatched == 0)
                warn("%s: no file was verified", input_label(name));
        }
        if (tally.mismatched || tally.unreadable || (settings.strict && tally.malformed) ||
            (settings.ignore_missing && tally.matched == 0))
            status = 1;
    });
    return status | input_status;
}

struct Algorithm {
    const char* name;
    std::optional<Sum> sum; // none: a digest
};

constexpr Algorithm kSums[] = {{"crc", Sum::crc}, {"bsd", Sum::bsd}, {"sysv", Sum::system_five}};

// The value of -a: a short sum, or the flavour of a digest.
std::optional<Sum> choose_algorithm(const char* name, Settings& settings) {
    settings.flavour = nullptr;
    for (const Flavour& flavour : kFlavours)
        if (strcasecmp(name, flavour.label) == 0 && islower(static_cast<unsigned char>(*name)))
            settings.flavour = &flavour;
    if (settings.flavour) return std::nullopt;
    for (const Algorithm& algorithm : kSums)
        if (strcmp(name, algorithm.name) == 0) return algorithm.sum;
    usage_error("invalid argument '%s' for '--algorithm'", name);
}

// The digests of one tool, or with nullptr cksum.
int run(Arguments& arguments, const Flavour* flavour) {
    Settings settings{.flavour = flavour, .tag = !flavour};
    std::optional<Sum> sum;
    if (!flavour) sum = Sum::crc;
    bool check = false, chosen = false, tagged = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            sum = choose_algorithm(arguments.value(), settings);
            chosen = true;
            break;
        case 'b':
            settings.binary = true;
            break;
        case 't':
            settings.binary = false;
            break;
        case 'c':
            check = true;
            break;
        case kTag:
            settings.tag = tagged = true;
            break;
        case kUntagged:
            settings.tag = false;
            break;
        case 'z':
            settings.zero = true;
            break;
        case kIgnoreMissing:
            settings.ignore_missing = true;
            break;
        case kQuiet:
            settings.quiet = true;
            break;
        case kStatus:
            settings.silent = true;
            break;
        case kStrict:
            settings.strict = true;
            break;
        case 'w':
            settings.warnings = true;
            break;
        }
    }
    if (check && tagged) usage_error("the --tag option is meaningless when verifying checksums");
    if (check && settings.zero) usage_error("the --zero option is not supported when verifying checksums");
    if (check && sum && chosen) die(1, "--check is not supported with --algorithm={bsd,sysv,crc}");
    if (!check && (settings.ignore_missing || settings.quiet || settings.silent || settings.strict ||
                   settings.warnings))
        usage_error("the options for verifying are meaningful only with --check");
    if (check) return check_lists(arguments.operands(), settings);
    return sum ? print_sums(arguments.operands(), *sum, settings.zero ? '\0' : '\n')
               : print_digests(arguments.operands(), settings);
}

constexpr const char* kSynopsis = "[OPTION]... [FILE]...";

constexpr Tool kMd5 = {
    .name = "md5sum",
    .synopsis = kSynopsis,
    .summary = "Print or check MD5 (128-bit) checksums.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, &kFlavours[0]); },
};
MARTLET_REGISTER_TOOL(kMd5);

constexpr Tool kSha1 = {
    .name = "sha1sum",
    .synopsis = kSynopsis,
    .summary = "Print or check SHA1 (160-bit) checksums.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, &kFlavours[1]); },
};
MARTLET_REGISTER_TOOL(kSha1);

constexpr Tool kSha224 = {
    .name = "sha224sum",
    .synopsis = kSynopsis,
    .summary = "Print or check SHA224 (224-bit) checksums.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, &kFlavours[2]); },
};
MARTLET_REGISTER_TOOL(kSha224);

constexpr Tool kSha256 = {
    .name = "sha256sum",
    .synopsis = kSynopsis,
    .summary = "Print or check SHA256 (256-bit) checksums.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, &kFlavours[3]); },
};
MARTLET_REGISTER_TOOL(kSha256);

constexpr Tool kSha384 = {
    .name = "sha384sum",
    .synopsis = kSynopsis,
    .summary = "Print or check SHA384 (384-bit) checksums.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, &kFlavours[4]); },
};
MARTLET_REGISTER_TOOL(kSha384);

constexpr Tool kSha512 = {
    .name = "sha512sum",
    .synopsis = kSynopsis,
    .summary = "Print or check SHA512 (512-bit) checksums.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, &kFlavours[5]); },
};
MARTLET_REGISTER_TOOL(kSha512);

constexpr Tool kCksum = {
    .name = "cksum",
    .synopsis = kSynopsis,
    .summary = "Print or check checksums; the CRC of POSIX and byte counts by default.",
    .options = kCksumOptions,
    .run = [](Arguments& arguments) { return run(arguments, nullptr); },
};
MARTLET_REGISTER_TOOL(kCksum);

} // namespace
} // namespace coreutils
