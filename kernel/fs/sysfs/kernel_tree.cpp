// kernel/: what the kernel says of itself.
#include "fs/sysfs/sysfs.h"
#include "mm/large_pages.h"

namespace martlet {
namespace {

constexpr std::string_view kPolicies[] = {"always", "madvise", "never"}; // by LargePagePolicy

Result<void> show_large_page_policy(TextBuffer& text, u64) {
    auto chosen = static_cast<usize>(large_page_policy());
    for (usize index = 0; index < std::size(kPolicies); ++index)
        text.print(index == chosen ? "%s[%s]" : "%s%s", index == 0 ? "" : " ", kPolicies[index].data());
    text.append("\n");
    return {};
}

Result<void> store_large_page_policy(std::string_view value, u64) {
    for (usize index = 0; index < std::size(kPolicies); ++index) {
        if (value != kPolicies[index]) continue;
        set_large_page_policy(static_cast<LargePagePolicy>(index));
        return {};
    }
    return Error(Errno::EINVAL);
}

Result<void> fill_transparent_huge_pages(SysfsDirectory& directory, u64) {
    TRY(directory.add_text("enabled", show_large_page_policy, 0, 0644, store_large_page_policy));
    TRY(directory.add_constant("use_zero_page", "0"));
    TRY(directory.add_constant("defrag", "always defer defer+madvise madvise [never]"));
    TRY(directory.add_constant("shmem_enabled", "always within_size advise [never] deny force"));
    return directory.add_constant("hpage_pmd_size", "2097152");
}

Result<void> fill_huge_pages_of_size(SysfsDirectory& directory, u64) {
    for (const char* name :
         {"free_hugepages", "nr_hugepages", "nr_overcommit_hugepages", "resv_hugepages", "surplus_hugepages"})
        TRY(directory.add_constant(name, "0"));
    return {};
}

Result<void> fill_huge_pages(SysfsDirectory& directory, u64) {
    return directory.add_directory("hugepages-2048kB", fill_huge_pages_of_size);
}

Result<void> fill_memory(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("hugepages", fill_huge_pages));
    return directory.add_directory("transparent_hugepage", fill_transparent_huge_pages);
}

} // namespace

Result<void> fill_kernel(SysfsDirectory& directory, u64) {
    TRY(directory.add_constant("address_bits", "64"));
    TRY(directory.add_constant("cpu_byteorder", "little"));
    for (const char* name : {"kexec_crash_loaded", "kexec_loaded", "profiling", "uevent_seqnum"})
        TRY(directory.add_constant(name, "0"));
    // Where other file systems are mounted.
    for (const char* name : {"config", "debug", "security", "tracing"})
        TRY(directory.add_directory(name, fill_nothing));
    return directory.add_directory("mm", fill_memory);
}

} // namespace martlet
