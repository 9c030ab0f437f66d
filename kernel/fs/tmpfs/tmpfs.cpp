// tmpfs: ramfs with limits that mount options set (tmpfs(5)): size, nr_blocks, nr_inodes, mode, uid, gid. Also "ramfs",
// without limits.
#include "base/format.h"
#include "fs/ramfs/ramfs.h"
#include "mm/frame.h"
#include "vfs/caller.h"
#include "vfs/option_parser.h"

namespace martlet {
namespace {

struct TmpfsOptions {
    RamLimits limits;
    u32 mode = 01777;
    u32 user_id = 0, group_id = 0;
};

/// EINVAL for what tmpfs does not know and values it cannot take.
Result<void> parse(std::string_view text, TmpfsOptions& options) {
    u64 total_pages = memory_statistics().total_frames;
    OptionParser parser(text);
    while (auto option = parser.next()) {
        std::string_view name = option->name;
        if (name == "size" || name == "nr_blocks") {
            bool is_percent = name == "size" && option->value.ends_with('%');
            if (is_percent) {
                u64 percent = TRY(parse_number(option->value.substr(0, option->value.size() - 1), 10));
                if (percent > 1'000'000) return Error(Errno::EINVAL);
                options.limits.pages = total_pages * percent / 100;
            } else {
                u64 value = TRY(parse_size(option->value));
                options.limits.pages = name == "size" ? value / kPageSize + (value % kPageSize != 0) : value;
            }
            if (options.limits.pages == 0) options.limits.pages = ~0ull; // size=0: no limit
        } else if (name == "nr_inodes") {
            options.limits.inodes = TRY(parse_size(option->value));
            if (options.limits.inodes == 0) options.limits.inodes = ~0ull;
        } else if (name == "mode") {
            options.mode = static_cast<u32>(TRY(parse_number(option->value, 8))) & 07777;
        } else if (name == "uid") {
            options.user_id = static_cast<u32>(TRY(parse_number(option->value, 10)));
        } else if (name == "gid") {
            options.group_id = static_cast<u32>(TRY(parse_number(option->value, 10)));
        } else if (name != "huge" && name != "mpol" && name != "inode32" && name != "inode64" && name != "noswap") {
            return Error(Errno::EINVAL); // the excepted ones choose what is the only way here
        }
    }
    return {};
}

class TmpfsSuperBlock final : public RamSuperBlock {
public:
    using RamSuperBlock::RamSuperBlock;
    Result<String> options() override;
    /// Limits may change as long as what is stored fits.
    Result<void> reconfigure(std::string_view text) override;
};

Result<void> TmpfsSuperBlock::reconfigure(std::string_view text) {
    TmpfsOptions options;
    options.limits = {budget()->limit(), inode_limit()};
    TRY(parse(text, options));
    if (options.limits.pages < budget()->used() || options.limits.inodes < used_inodes()) return Error(Errno::EINVAL);
    budget()->set_limit(options.limits.pages);
    set_inode_limit(options.limits.inodes);
    return {};
}

Result<String> TmpfsSuperBlock::options() {
    char text[96];
    usize size = 0;
    if (budget()->limit() != ~0ull)
        size += format(text, "size=%lluk", static_cast<unsigned long long>(budget()->limit() * (kPageSize / kKiB)));
    if (inode_limit() != ~0ull)
        size += format(std::span(text).subspan(size), "%snr_inodes=%llu", size > 0 ? "," : "",
                       static_cast<unsigned long long>(inode_limit()));
    u32 mode = root()->mode() & kModePermissions;
    if (mode != 01777) size += format(std::span(text).subspan(size), "%smode=%o", size > 0 ? "," : "", mode);
    return String::create({text, size});
}

class Tmpfs final : public FileSystem {
public:
    std::string_view name() const override { return "tmpfs"; }
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view text) override {
        TmpfsOptions options;
        u64 half = memory_statistics().total_frames / 2;
        options.limits = {half, half};
        TRY(parse(text, options));
        InodeAttributes root;
        root.mode = kModeDirectory | options.mode;
        root.user_id = options.user_id;
        root.group_id = options.group_id;
        root.access_time = root.modify_time = root.change_time = root.birth_time = current_time();
        return RamSuperBlock::create<TmpfsSuperBlock>(0x01021994, options.limits, root);
    }
};

class Ramfs final : public FileSystem {
public:
    std::string_view name() const override { return "ramfs"; }
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view text) override {
        TmpfsOptions options;
        options.mode = 0755;
        TRY(parse(text, options));
        InodeAttributes root;
        root.mode = kModeDirectory | options.mode;
        root.access_time = root.modify_time = root.change_time = root.birth_time = current_time();
        return RamSuperBlock::create<RamSuperBlock>(0x858458f6, RamLimits(), root);
    }
};

constinit Tmpfs tmpfs;
constinit Ramfs ramfs;
REGISTER_FILE_SYSTEM(tmpfs);
REGISTER_FILE_SYSTEM(ramfs);

} // namespace
} // namespace martlet
