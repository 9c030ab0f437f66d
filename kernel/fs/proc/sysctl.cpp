// /proc/sys: what programs read of the kernel's settings. Values that cannot be set are read-only.
#include "base/random.h"
#include "fs/pipe/pipe.h"
#include "fs/proc/system_entries.h"
#include "mm/address.h"
#include "proc/core/core_dump.h"
#include "proc/pid.h"
#include "proc/system_names.h"
#include "vfs/dentry.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

template <u64 Value> Result<void> show_number(TextBuffer& text, const ProcSubject&) {
    text.print("%llu\n", static_cast<ulong>(Value));
    return {};
}

template <auto Member> Result<void> show_system_name(TextBuffer& text, const ProcSubject&) {
    abi::UtsName names = system_names();
    text.print("%s\n", names.*Member);
    return {};
}

/// A random UUID of version 4 (RFC 9562 5.4).
void print_uuid(TextBuffer& text, u8 (&bytes)[16]) {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    for (u32 index = 0; index < 16; ++index) text.print(index == 4 || index == 6 || index == 8 || index == 10 ? "-%02x" : "%02x", bytes[index]);
    text.append("\n");
}

Result<void> show_uuid(TextBuffer& text, const ProcSubject&) {
    u8 bytes[16];
    random_bytes(bytes);
    print_uuid(text, bytes);
    return {};
}

Result<void> show_boot_id(TextBuffer& text, const ProcSubject&) {
    static SpinLock making{LockRank::Device};
    static bool is_made = false;
    static u8 boot_id[16];
    u8 bytes[16];
    {
        LockGuard guard(making);
        if (!is_made) random_bytes(boot_id);
        is_made = true;
        memcpy(bytes, boot_id, sizeof bytes);
    }
    print_uuid(text, bytes);
    return {};
}

Result<void> show_dentry_state(TextBuffer& text, const ProcSubject&) {
    DentryStatistics statistics = DentryCache::statistics();
    text.print("%llu\t%llu\t45\t0\t0\t0\n", static_cast<ulong>(statistics.live), static_cast<ulong>(statistics.unused));
    return {};
}

Result<void> show_inode_count(TextBuffer& text, const ProcSubject&) {
    text.print("%llu\t0\n", static_cast<ulong>(live_inode_count()));
    return {};
}

Result<void> show_file_count(TextBuffer& text, const ProcSubject&) {
    text.print("%llu\t0\t%llu\n", static_cast<ulong>(live_file_count()), 0x7fff'ffff'ffff'ffffull);
    return {};
}

Result<void> show_printk(TextBuffer& text, const ProcSubject&) {
    text.append("7\t4\t1\t7\n");
    return {};
}

Result<void> show_core_pattern(TextBuffer& text, const ProcSubject&) {
    char pattern[kCorePatternSize];
    text.append({pattern, core_pattern(pattern)});
    text.append("\n");
    return {};
}

Result<void> store_core_pattern(std::string_view text, const ProcSubject&) { return set_core_pattern(text); }

constexpr SystemEntry kEntries[] = {
    {"sys/fs/dentry-state", 0444, show_dentry_state},
    {"sys/fs/file-max", 0444, show_number<0x7fff'ffff'ffff'ffff>},
    {"sys/fs/file-nr", 0444, show_file_count},
    {"sys/fs/inode-nr", 0444, show_inode_count},
    {"sys/fs/nr_open", 0444, show_number<1048576>},
    {"sys/fs/pipe-max-size", 0444, show_number<kPipeMaximumSize>},
    {"sys/kernel/cap_last_cap", 0444, show_number<40>},
    {"sys/kernel/core_pattern", 0644, show_core_pattern, store_core_pattern},
    {"sys/kernel/domainname", 0444, show_system_name<&abi::UtsName::domain>},
    {"sys/kernel/hostname", 0444, show_system_name<&abi::UtsName::node>},
    {"sys/kernel/ngroups_max", 0444, show_number<65536>},
    {"sys/kernel/osrelease", 0444, show_system_name<&abi::UtsName::release>},
    {"sys/kernel/ostype", 0444, show_system_name<&abi::UtsName::system>},
    {"sys/kernel/pid_max", 0444, show_number<kPidMax>},
    {"sys/kernel/printk", 0444, show_printk},
    {"sys/kernel/random/boot_id", 0444, show_boot_id},
    {"sys/kernel/random/entropy_avail", 0444, show_number<256>},
    {"sys/kernel/random/poolsize", 0444, show_number<256>},
    {"sys/kernel/random/uuid", 0444, show_uuid},
    {"sys/kernel/randomize_va_space", 0444, show_number<2>},
    {"sys/kernel/version", 0444, show_system_name<&abi::UtsName::version>},
    {"sys/vm/max_map_count", 0444, show_number<65530>},
    {"sys/vm/mmap_min_addr", 0444, show_number<kUserMin>},
    {"sys/vm/overcommit_memory", 0444, show_number<1>},
    {"sys/vm/overcommit_ratio", 0444, show_number<50>},
    {"sys/vm/swappiness", 0444, show_number<0>},
};

} // namespace

std::span<const SystemEntry> sysctl_entries() { return kEntries; }

} // namespace martlet
