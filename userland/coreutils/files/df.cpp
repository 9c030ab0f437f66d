// df: POSIX.1-2017, with GNU's -a -h -H -i -l -t -T -x --total --output.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/human.h"
#include "lib/mounts.h"
#include "lib/resolve.h"
#include "lib/utf8.h"

#include <algorithm>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace coreutils {
namespace {

enum : int { kTotal = kLongOnly, kOutput, kSync, kNoSync };

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "include pseudo, duplicate, inaccessible file systems"},
    {'B', "block-size", "SIZE", "scale sizes by SIZE before printing them"},
    {'h', "human-readable", nullptr, "print sizes in powers of 1024 (e.g., 1023M)"},
    {'H', "si", nullptr, "print sizes in powers of 1000 (e.g., 1.1G)"},
    {'i', "inodes", nullptr, "list inode information instead of block usage"},
    {'k', nullptr, nullptr, "like --block-size=1K"},
    {'l', "local", nullptr, "limit listing to local file systems"},
    {'m', nullptr, nullptr, "like --block-size=1M"},
    {kOutput, "output", "[FIELD_LIST]",
     "source,fstype,itotal,iused,iavail,ipcent,size,used,avail,pcent,file,target"},
    {'P', "portability", nullptr, "use the POSIX output format"},
    {kSync, "sync", nullptr, nullptr},
    {kNoSync, "no-sync", nullptr, nullptr},
    {kTotal, "total", nullptr, "produce a grand total"},
    {'t', "type", "TYPE", "limit listing to file systems of type TYPE"},
    {'T', "print-type", nullptr, "print file system type"},
    {'x', "exclude-type", "TYPE", "limit listing to file systems not of type TYPE"},
};

enum class Field {
    source,
    type,
    inodes,
    inodes_used,
    inodes_free,
    inodes_percent,
    size,
    used,
    available,
    percent,
    file,
    target
};

struct FieldName {
    const char* name;
    Field field;
    const char* header;
    bool left;
};

constexpr FieldName kFields[] = {
    {"source", Field::source, "Filesystem", true},
    {"fstype", Field::type, "Type", true},
    {"itotal", Field::inodes, "Inodes", false},
    {"iused", Field::inodes_used, "IUsed", false},
    {"iavail", Field::inodes_free, "IFree", false},
    {"ipcent", Field::inodes_percent, "IUse%", false},
    {"size", Field::size, "Size", false},
    {"used", Field::used, "Used", false},
    {"avail", Field::available, "Avail", false},
    {"pcent", Field::percent, "Use%", false},
    {"file", Field::file, "File", true},
    {"target", Field::target, "Mounted on", true},
};

struct Settings {
    SizeFormat sizes = SizeFormat::from_environment();
    bool all = false, portable = false, total = false, inodes = false, type_column = false, local = false,
         custom = false;
    std::vector<std::string> types, excluded;
    std::vector<Field> fields;
};

struct Row {
    std::string source, type, file = "-", target;
    uint64_t block = 1, blocks = 0, free = 0, available = 0, inodes = 0, inodes_free = 0;
};

std::string percent(uint64_t used, uint64_t available) {
    uint64_t total = used + available;
    if (total == 0) return "-";
    // Rounded up, and without overflow.
    auto value =
        static_cast<uint64_t>(static_cast<long double>(used) * 100 / static_cast<long double>(total));
    if (static_cast<long double>(value) * static_cast<long double>(total) <
        static_cast<long double>(used) * 100)
        ++value;
    return std::to_string(value) + "%";
}

std::string text_of(const Row& row, Field field, const Settings& settings) {
    auto amount = [&](uint64_t blocks) {
        return row.blocks == 0 && row.free == 0 && row.type == "-"
                   ? "-"
                   : settings.sizes.format(blocks * row.block);
    };
    auto count = [&](uint64_t inodes) {
        return settings.sizes.human ? human_size(inodes, settings.sizes.unit) : std::to_string(inodes);
    };
    switch (field) {
    case Field::source:
        return row.source;
    case Field::type:
        return row.type;
    case Field::inodes:
        return count(row.inodes);
    case Field::inodes_used:
        return count(row.inodes - row.inodes_free);
    case Field::inodes_free:
        return count(row.inodes_free);
    case Field::inodes_percent:
        return percent(row.inodes - row.inodes_free, row.inodes_free);
    case Field::size:
        return amount(row.blocks);
    case Field::used:
        return amount(row.blocks - row.free);
    case Field::available:
        return amount(row.available);
    case Field::percent:
        return percent(row.blocks - row.free, row.available);
    case Field::file:
        return row.file;
    case Field::target:
        return row.target;
    }
    return "";
}

std::string header_of(Field field, const Settings& settings) {
    if (field == Field::size && !settings.custom && !settings.sizes.human) {
        if (settings.portable) return std::to_string(settings.sizes.block_bytes) + "-blocks";
        uint64_t block = settings.sizes.block_bytes;
        std::string unit = human_size(block);
        bool whole = block >= 1024 && unit.ends_with("K") + unit.ends_with("M") + unit.ends_with("G") > 0;
        if (unit.contains(".0")) unit.erase(unit.find('.'), 2);
        return (whole ? unit : std::to_string(block) + (block == 1 || block == 512 ? "B" : "")) + "-blocks";
    }
    if (field == Field::available && !settings.custom && !settings.sizes.human) return "Available";
    if (field == Field::percent && settings.portable) return "Capacity";
    if (field == Field::size && settings.custom && !settings.sizes.human) {
        std::string unit = human_size(settings.sizes.block_bytes);
        if (unit.contains(".0")) unit.erase(unit.find('.'), 2);
        return unit + "-blocks";
    }
    for (const FieldName& name : kFields)
        if (name.field == field) return name.header;
    return "";
}

bool fill(Row& row, const Mount& mount, bool must_succeed) {
    struct statvfs info;
    if (statvfs(mount.directory.c_str(), &info) != 0) {
        if (must_succeed || errno != EACCES) warn_errno(mount.directory);
        return false;
    }
    row.source = mount.device;
    row.type = mount.type;
    row.target = mount.directory;
    row.block = info.f_frsize ? info.f_frsize : info.f_bsize;
    row.blocks = info.f_blocks;
    row.free = info.f_bfree;
    row.available = info.f_bavail;
    row.inodes = info.f_files;
    row.inodes_free = info.f_ffree;
    return true;
}

bool is_wanted(const Mount& mount, const Settings& settings) {
    auto listed = [&](const std::vector<std::string>& types) {
        return std::find(types.begin(), types.end(), mount.type) != types.end();
    };
    if (!settings.types.empty() && !listed(settings.types)) return false;
    if (settings.local &&
        (mount.type == "nfs" || mount.type == "nfs4" || mount.type == "cifs" || mount.device.contains(':')))
        return false;
    return !listed(settings.excluded);
}

void print_rows(const std::vector<Row>& rows, const Settings& settings) {
    std::vector<std::vector<std::string>> cells;
    std::vector<std::string> headers;
    for (Field field : settings.fields) headers.push_back(header_of(field, settings));
    cells.push_back(headers);
    for (const Row& row : rows) {
        std::vector<std::string> line;
        for (Field field : settings.fields) line.push_back(printable(text_of(row, field, settings)));
        cells.push_back(std::move(line));
    }
    std::vector<size_t> widths(settings.fields.size(), 0);
    for (size_t column = 0; column < widths.size(); ++column) {
        Field field = settings.fields[column];
        if (field == Field::source) widths[column] = 14;
        if (field == Field::size || field == Field::used || field == Field::available ||
            field == Field::inodes)
            widths[column] = 5;
        for (const auto& line : cells) widths[column] = std::max(widths[column], display_width(line[column]));
    }
    for (const auto& line : cells) {
        for (size_t column = 0; column < line.size(); ++column) {
            bool left = false;
            for (const FieldName& name : kFields)
                if (name.field == settings.fields[column]) left = name.left;
            size_t pad = widths[column] - display_width(line[column]);
            if (column > 0) out.put(' ');
            if (!left) out.fill(' ', pad);
            out.write(line[column]);
            if (left && column + 1 < line.size()) out.fill(' ', pad);
        }
        out.put('\n');
    }
}

void take_fields(Settings& settings, const char* list) {
    settings.custom = true;
    if (!list) list = "source,fstype,itotal,iused,iavail,ipcent,size,used,avail,pcent,file,target";
    std::string_view rest = list;
    while (!rest.empty()) {
        std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(word.size() < rest.size() ? word.size() + 1 : word.size());
        bool found = false;
        for (const FieldName& name : kFields)
            if (word == name.name) {
                if (std::find(settings.fields.begin(), settings.fields.end(), name.field) !=
                    settings.fields.end())
                    usage_error("option --output: field '%s' used more than once", name.name);
                settings.fields.push_back(name.field), found = true;
            }
        if (!found)
            usage_error("option --output: field '%.*s' unknown", static_cast<int>(word.size()), word.data());
    }
}

int run(Arguments& arguments) {
    Settings settings;
    bool size_given = false;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        size_given = size_given || (*option < kLongOnly && strchr("BhHkm", *option));
        switch (*option) {
        case 'a':
            settings.all = true;
            break;
        case 'B':
            if (!settings.sizes.parse(value)) die(1, "invalid --block-size argument '%s'", value);
            break;
        case 'h':
            settings.sizes.human = true, settings.sizes.unit = SizeUnit::binary;
            break;
        case 'H':
            settings.sizes.human = true, settings.sizes.unit = SizeUnit::decimal;
            break;
        case 'i':
            settings.inodes = true;
            break;
        case 'k':
            settings.sizes = SizeFormat{};
            break;
        case 'm':
            settings.sizes = SizeFormat{.block_bytes = 1048576};
            break;
        case 'l':
            settings.local = true;
            break;
        case kOutput:
            take_fields(settings, value);
            break;
        case 'P':
            settings.portable = true;
            if (!size_given) settings.sizes = SizeFormat{};
            break;
        case kTotal:
            settings.total = true;
            break;
        case 't':
            settings.types.emplace_back(value);
            break;
        case 'T':
            settings.type_column = true;
            break;
        case 'x':
            settings.excluded.emplace_back(value);
            break;
        }
    }
    if (settings.custom && (settings.inodes || settings.portable || settings.type_column))
        usage_error("options -i, -P, -T and --output are mutually exclusive");
    if (!settings.custom) {
        settings.fields = {Field::source};
        if (settings.type_column) settings.fields.push_back(Field::type);
        if (settings.inodes)
            settings.fields.insert(settings.fields.end(), {Field::inodes, Field::inodes_used,
                                                           Field::inodes_free, Field::inodes_percent});
        else
            settings.fields.insert(settings.fields.end(),
                                   {Field::size, Field::used, Field::available, Field::percent});
        settings.fields.push_back(Field::target);
    }
    auto mounts = read_mounts();
    if (mounts.empty()) die_errno(1, "cannot read table of mounted file systems");
    std::vector<Row> rows;
    int status = 0;
    if (arguments.operands().empty()) {
        std::vector<dev_t> seen;
        for (size_t i = 0; i < mounts.size(); ++i) {
            Row row;
            if (!is_wanted(mounts[i], settings)) continue;
            // Hidden by a later mount in the same place.
            bool hidden = false;
            for (size_t j = i + 1; j < mounts.size(); ++j)
                hidden = hidden || mounts[j].directory == mounts[i].directory;
            struct stat info;
            if (!settings.all && hidden) continue;
            if (!fill(row, mounts[i], false)) {
                if (errno != EACCES) status = 1;
                continue;
            }
            bool duplicate = stat(mounts[i].directory.c_str(), &info) == 0 &&
                             std::find(seen.begin(), seen.end(), info.st_dev) != seen.end();
            if (!settings.all && (row.blocks == 0 || duplicate)) continue;
            seen.push_back(info.st_dev);
            rows.push_back(std::move(row));
        }
    }
    for (const char* operand : arguments.operands()) {
        struct stat info;
        Row row;
        if (stat(operand, &info) != 0) {
            warn_errno(operand);
            status = 1;
            continue;
        }
        const Mount* found = nullptr;
        if (S_ISBLK(info.st_mode)) {
            std::string resolved = resolve_path(operand, Missing::none).value_or("");
            for (const Mount& mount : mounts)
                if (mount.device == operand || mount.device == resolved) found = &mount;
        }
        if (!found) found = mount_of(mounts, operand);
        if (!found || !fill(row, *found, true)) {
            if (!found) warn("%s: no mounted file system found", operand);
            status = 1;
            continue;
        }
        row.file = operand;
        if (is_wanted(*found, settings)) rows.push_back(std::move(row));
    }
    if (rows.empty()) {
        if (status == 0) die(1, "no file systems processed");
        return status;
    }
    if (settings.total) {
        Row sum;
        sum.source = "total";
        sum.type = sum.target = "-";
        for (const Row& row : rows) {
            sum.blocks += row.blocks * row.block;
            sum.free += row.free * row.block;
            sum.available += row.available * row.block;
            sum.inodes += row.inodes;
            sum.inodes_free += row.inodes_free;
        }
        rows.push_back(std::move(sum));
    }
    print_rows(rows, settings);
    return status;
}

constexpr Tool kTool = {
    .name = "df",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Show information about the file system on which each FILE resides, or all file systems.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
