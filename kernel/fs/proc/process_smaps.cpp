// The paragraphs of smaps, smaps_rollup, pagemap, clear_refs (proc(5)).
#include <string.h>

#include "fs/proc/process_entries.h"
#include "mm/address_space.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

/// The name, and the number that ends in column 24.
void print_kib(TextBuffer& text, std::string_view name, u64 bytes) {
    constexpr usize kNumberEnd = 24;
    constexpr u64 kEightDigits = 100'000'000;
    u64 value = bytes / kKiB;
    if (value >= kEightDigits) [[unlikely]]
        return text.print("%-16s%8llu kB\n", name.data(), static_cast<ulong>(value));
    char line[] = "                         kB\n";
    memcpy(line, name.data(), name.size());
    char* digit = line + kNumberEnd;
    do *--digit = static_cast<char>('0' + value % 10);
    while ((value /= 10) != 0);
    text.append({line, sizeof line - 1});
}

void print_pages(TextBuffer& text, const MappingUsage& usage) {
    print_kib(text, "Shared_Clean:", usage.shared_clean);
    print_kib(text, "Shared_Dirty:", usage.shared_dirty);
    print_kib(text, "Private_Clean:", usage.private_clean);
    print_kib(text, "Private_Dirty:", usage.private_dirty);
    print_kib(text, "Referenced:", usage.referenced);
    print_kib(text, "Anonymous:", usage.anonymous);
    // No large pages of files, no swap, nothing given up lazily.
    print_kib(text, "LazyFree:", 0);
    print_kib(text, "AnonHugePages:", usage.large);
    for (std::string_view name : {"ShmemPmdMapped:", "FilePmdMapped:", "Shared_Hugetlb:"}) print_kib(text, name, 0);
    text.append("Private_Hugetlb:       0 kB\n");
    print_kib(text, "Swap:", 0);
    print_kib(text, "SwapPss:", 0);
    print_kib(text, "Locked:", usage.proportional_locked);
}

void print_flags(TextBuffer& text, const AddressSpace::MappingView& view) {
    auto flag = [&](bool is_set, std::string_view name) {
        if (is_set) text.append(name);
    };
    text.append("VmFlags: ");
    flag(view.protection & kProtRead, "rd ");
    flag(view.protection & kProtWrite, "wr ");
    flag(view.protection & kProtExec, "ex ");
    flag(view.is_shared, "sh ");
    text.append("mr ");
    flag(view.has(VmaFlag::MayWrite), "mw ");
    flag(view.has(VmaFlag::MayExec), "me ");
    flag(view.is_shared, "ms ");
    flag(view.grows_down, "gd ");
    flag(view.has(VmaFlag::Locked), "lo ");
    flag(view.has(VmaFlag::SequentialAccess), "sr ");
    flag(view.has(VmaFlag::RandomAccess), "rr ");
    flag(view.has(VmaFlag::DontFork), "dc ");
    flag(!view.is_shared && (view.protection & kProtWrite) && !view.has(VmaFlag::NoReserve), "ac ");
    flag(view.has(VmaFlag::NoReserve), "nr ");
    flag(view.has(VmaFlag::WipeOnFork), "wf ");
    flag(view.has(VmaFlag::DontDump), "dd ");
    flag(view.has(VmaFlag::HugePage), "hg ");
    flag(view.has(VmaFlag::NoHugePage), "nh ");
    text.append("\n");
}

} // namespace

void print_usage(TextBuffer& text, const AddressSpace::MappingView& view, const MappingUsage& usage) {
    print_kib(text, "Size:", view.end - view.start);
    print_kib(text, "KernelPageSize:", kPageSize);
    print_kib(text, "MMUPageSize:", kPageSize);
    print_kib(text, "Rss:", usage.resident);
    print_kib(text, "Pss:", usage.proportional);
    print_kib(text, "Pss_Dirty:", usage.proportional_dirty);
    print_pages(text, usage);
    text.print("THPeligible:    %u\n", view.may_be_large ? 1 : 0);
    print_flags(text, view);
}

Result<void> show_smaps_rollup(TextBuffer& text, const ProcSubject& subject) {
    if (!may_inspect(*subject.process)) return Error(Errno::EACCES);
    Ref<AddressSpace> space = process_address_space(*subject.process);
    if (!space) return Error(Errno::ESRCH);
    struct Context {
        u64 start = ~0ull, end = 0;
        MappingUsage total;
    } context;
    space->for_each_mapping_usage(
        [](void* opaque, const AddressSpace::MappingView& view, const MappingUsage& usage) {
            auto& to = *static_cast<Context*>(opaque);
            if (to.start > view.start) to.start = view.start;
            to.end = view.end;
            to.total.add(usage);
            return AddressSpace::Visit::Continue;
        },
        &context);
    const MappingUsage& total = context.total;
    text.print("%08llx-%08llx ---p 00000000 00:00 0", static_cast<ulong>(context.end ? context.start : 0),
               static_cast<ulong>(context.end));
    text.pad_to(72);
    text.append(" [rollup]\n");
    print_kib(text, "Rss:", total.resident);
    print_kib(text, "Pss:", total.proportional);
    print_kib(text, "Pss_Dirty:", total.proportional_dirty);
    print_kib(text, "Pss_Anon:", total.proportional_anonymous);
    print_kib(text, "Pss_File:", total.proportional - total.proportional_anonymous);
    print_kib(text, "Pss_Shmem:", 0);
    print_pages(text, total);
    return {};
}

/// 1 to 3: nothing was referenced yet; 5: the peak of the resident set begins anew.
Result<void> store_clear_refs(std::string_view value, const ProcSubject& subject) {
    if (!may_inspect(*subject.process)) return Error(Errno::EACCES);
    Ref<AddressSpace> space = process_address_space(*subject.process);
    if (!space) return Error(Errno::ESRCH);
    if (value.size() != 1 || value[0] < '1' || value[0] > '5') return Error(Errno::EINVAL);
    if (value[0] <= '3') return space->clear_referenced();
    if (value[0] == '5') space->reset_peak();
    return {};
}

namespace {

/// 64 bits for each page; frame numbers only for those who may know them.
class PagemapFile final : public File {
public:
    PagemapFile(Ref<AddressSpace> space, FrameNumbers numbers, u32 flags, const Path& path)
        : File(flags, path), space_(std::move(space)), numbers_(numbers) {}
    bool is_seekable() const override { return true; }
    Result<usize> read(IoCursor& to, u64 offset) override {
        constexpr usize kBatch = 64;
        if (offset % sizeof(u64) != 0 || to.remaining() % sizeof(u64) != 0) return Error(Errno::EINVAL);
        usize total = 0;
        while (to.remaining() > 0 && offset / sizeof(u64) < kUserEnd / kPageSize) {
            u64 entries[kBatch];
            u64 page = offset / sizeof(u64), limit = kUserEnd / kPageSize - page;
            usize count = to.remaining() / sizeof(u64) < kBatch ? to.remaining() / sizeof(u64) : kBatch;
            if (count > limit) count = static_cast<usize>(limit);
            space_->describe_pages(page * kPageSize, std::span(entries).first(count), numbers_);
            auto copied = to.put(reinterpret_cast<u8*>(entries), count * sizeof(u64));
            if (!copied) return total > 0 ? Result<usize>(total) : copied;
            total += *copied;
            offset += *copied;
            if (*copied < count * sizeof(u64)) break;
        }
        return total;
    }

private:
    Ref<AddressSpace> space_;
    FrameNumbers numbers_;
};

class PagemapInode final : public ProcInode {
public:
    PagemapInode(SuperBlock& block, u64 number, const ProcSubject& subject)
        : ProcInode(block, number, kModeRegular | 0400, subject) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        Ref<AddressSpace> space = process_address_space(*subject_.process);
        if (!space) return Error(Errno::ESRCH);
        bool may_know = current_task().credentials().has(Capability::SysAdmin);
        return make_ref<PagemapFile>(std::move(space), may_know ? FrameNumbers::Shown : FrameNumbers::Hidden,
                                     flags, path);
    }
};

} // namespace

Result<Ref<Inode>> create_pagemap_inode(SuperBlock& block, u64 number, const ProcSubject& subject) {
    return make_ref<PagemapInode>(block, number, subject);
}

} // namespace martlet
