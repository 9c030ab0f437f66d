// Gathering the tasks, choosing what to write, and writing it. See core_dump.h.
#include "proc/core/core_dump.h"

#include <string.h>

#include <algorithm>

#include "abi/elf.h"
#include "arch/context.h"
#include "mm/address_space.h"
#include "proc/core/core_notes.h"
#include "proc/signal_internal.h"
#include "vfs/inode.h"
#include "vfs/io_cursor.h"
#include "vfs/open.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"

namespace martlet {

namespace {

bool is_killed() { return current_thread()->has_work(ThreadWork::KillPending); }

/// Makes every other task of the process leave, and waits until each has parked or left. Null: the process is
/// ending for another reason already, or is killed meanwhile.
Ref<CoreDump> gather_tasks(Process& process, int signal) {
    auto made = make_ref<CoreDump>(current_task());
    if (!made) return nullptr;
    Ref<CoreDump> dump = *std::move(made);
    {
        IrqLockGuard guard(process.signals.lock);
        if (process.signals.is_exiting || process.signals.survivor) return nullptr;
        process.core_dump = dump;
        begin_group_exit(process, signal);
    }
    current_thread()->clear_work(ThreadWork::KillPending);
    auto all_wait = [&] {
        IrqLockGuard guard(process.signals.lock);
        u32 running = 0;
        for (Task& task : process.tasks) running += task.signals.has_left ? 0 : 1;
        return running == dump->parked_tasks + 1;
    };
    (void)dump->changed.wait(all_wait, WaitMode::Killable);
    return dump;
}

void release_tasks(Process& process, CoreDump& dump, bool is_dumped) {
    Ref<CoreDump> reference;
    IrqLockGuard guard(process.signals.lock);
    if (is_dumped) process.signals.exit_status |= 0x80;
    reference = std::move(process.core_dump);
    dump.is_done = true;
    dump.changed.wake_all();
}

bool is_named_file(const File* file) { return file && file->inode() && file->inode()->attributes.link_count != 0; }

/// What the process's filter wants of a mapping, apart from copies that it made of a file's pages (core(5)).
u64 dumped_size(const AddressSpace::MappingView& view, u32 filter) {
    u64 size = view.end - view.start;
    if (view.has(VmaFlag::DontDump)) return 0;
    if (view.name) return size; // the vDSO
    if (view.is_shared)
        return filter & (is_named_file(view.file) ? kCoreMappedShared : kCoreAnonymousShared) ? size : 0;
    if (view.file && (filter & kCoreMappedPrivate)) return size;
    bool is_header = view.file && view.offset_bytes == 0 && (view.protection & kProtRead) && (filter & kCoreElfHeaders);
    return is_header ? kPageSize : 0;
}

Result<Vector<CoreSegment>> choose_segments(AddressSpace& space) {
    struct Context {
        u32 filter;
        Vector<CoreSegment> segments;
        Result<void> result;
    } context{current_process().core_dump_filter.load(std::memory_order_relaxed), {}, {}};
    space.for_each_mapping(
        [](void* opaque, const AddressSpace::MappingView& view) {
            auto& to = *static_cast<Context*>(opaque);
            to.result = to.segments.push_back({.start = view.start,
                                               .end = view.end,
                                               .dumped_bytes = dumped_size(view, to.filter),
                                               .protection = view.protection,
                                               .is_anonymous = !view.file && !view.name,
                                               .may_hold_copies = !view.is_shared && !view.has(VmaFlag::DontDump) &&
                                                                  (to.filter & kCoreAnonymousPrivate),
                                               .file_offset = view.offset_bytes,
                                               .file = view.file ? Ref<File>(*view.file) : nullptr});
            return to.result ? AddressSpace::Visit::Continue : AddressSpace::Visit::Stop;
        },
        &context);
    TRY(context.result);
    // Not from inside the walk, which holds the lock.
    for (CoreSegment& segment : context.segments)
        if (segment.may_hold_copies && space.holds_private_pages(segment.start, segment.end))
            segment.dumped_bytes = segment.end - segment.start;
    return std::move(context.segments);
}

/// A file opened for the dump, limited to RLIMIT_CORE bytes; what lies beyond is left out.
class CoreWriter : NonCopyable {
public:
    CoreWriter(Ref<File> file, u64 limit_bytes) : file_(std::move(file)), limit_bytes_(limit_bytes) {}
    /// False once nothing more fits, or the process is killed.
    bool write(std::span<const u8> bytes) {
        while (!bytes.empty()) {
            if (is_killed() || position_ >= limit_bytes_) return false;
            usize size = std::min<u64>(bytes.size(), limit_bytes_ - position_);
            IoCursor cursor = IoCursor::kernel_const(bytes.data(), size);
            Result<usize> written = file_->write(cursor, position_);
            if (!written || *written == 0) return false;
            position_ += *written;
            bytes = bytes.subspan(*written);
        }
        return true;
    }
    /// A hole reads as zeros.
    bool skip(u64 size) {
        position_ += size;
        return !is_killed() && position_ <= limit_bytes_;
    }
    u64 position() const { return position_; }
    Inode& inode() { return *file_->inode(); }

private:
    Ref<File> file_;
    u64 position_ = 0;
    u64 limit_bytes_;
};

u32 elf_flags(u32 protection) {
    return (protection & kProtRead ? abi::kElfRead : 0) | (protection & kProtWrite ? abi::kElfWrite : 0) |
           (protection & kProtExec ? abi::kElfExecute : 0);
}

Result<Vector<u8>> build_headers(const Vector<CoreSegment>& segments, u64 notes_size) {
    constexpr u32 kNote = 4;
    constexpr u16 kCore = 4;
    u64 count = segments.size() + 1;
    u64 headers_size = sizeof(abi::ElfHeader) + count * sizeof(abi::ElfProgramHeader);
    Vector<u8> headers;
    TRY(headers.resize(headers_size));
    abi::ElfHeader header = {};
    constexpr u8 kIdentification[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    memcpy(header.identification, kIdentification, sizeof kIdentification);
    header.type = kCore;
    header.machine = abi::kElfMachineX86_64;
    header.version = 1;
    header.program_header_offset = header.header_size = sizeof header;
    header.program_header_size = sizeof(abi::ElfProgramHeader);
    header.program_header_count = static_cast<u16>(count);
    memcpy(headers.data(), &header, sizeof header);

    auto store = [&](usize index, const abi::ElfProgramHeader& entry) {
        memcpy(headers.data() + sizeof header + index * sizeof entry, &entry, sizeof entry);
    };
    abi::ElfProgramHeader note = {};
    note.type = kNote;
    note.offset = headers_size;
    note.file_size = notes_size;
    note.alignment = 4;
    store(0, note);
    u64 offset = align_up(headers_size + notes_size, kPageSize);
    for (usize index = 0; index < segments.size(); ++index) {
        const CoreSegment& segment = segments[index];
        store(index + 1, {.type = abi::kElfLoad,
                          .flags = elf_flags(segment.protection),
                          .offset = offset,
                          .virtual_address = segment.start,
                          .physical_address = 0,
                          .file_size = segment.dumped_bytes,
                          .memory_size = segment.end - segment.start,
                          .alignment = kPageSize});
        offset += segment.dumped_bytes;
    }
    return headers;
}

bool write_memory(CoreWriter& writer, AddressSpace& space, const CoreSegment& segment, std::span<u8> page) {
    for (u64 address = segment.start; address < segment.start + segment.dumped_bytes; address += kPageSize) {
        // Memory that was never touched is a hole; what cannot be read, too.
        bool is_hole = segment.is_anonymous && !space.has_page(address);
        if (!is_hole) {
            Result<usize> count = space.read_memory(address, page);
            is_hole = !count || *count != page.size();
        }
        if (!(is_hole ? writer.skip(kPageSize) : writer.write(page))) return false;
    }
    return true;
}

/// Answers whether anything was written at all.
Result<bool> write_dump(Ref<File> file, u64 limit_bytes, const abi::SignalInfo& info) {
    AddressSpace& space = *current_task().address_space();
    Vector<CoreSegment> segments = TRY(choose_segments(space));
    Vector<u8> notes;
    TRY(append_core_notes(notes, info, segments));
    Vector<u8> headers = TRY(build_headers(segments, notes.size()));
    Own<u8[]> page(new (std::nothrow) u8[kPageSize]);
    if (!page) return Error(Errno::ENOMEM);
    CoreWriter writer(file, limit_bytes);
    if (!writer.write(headers.span()) || !writer.write(notes.span())) return true;
    if (!writer.skip(align_up(writer.position(), kPageSize) - writer.position())) return true;
    for (const CoreSegment& segment : segments)
        if (!write_memory(writer, space, segment, {page.get(), kPageSize})) return true;
    // The last hole needs an end.
    if (file->inode()->attributes.size < writer.position()) TRY(change_size(*file->inode(), writer.position()));
    return true;
}

/// The core file, empty: a new one, or an old one of the user's own that nothing else names.
Result<Ref<File>> open_core_file(const abi::SignalInfo& info) {
    String name = TRY(core_file_name(info));
    Ref<File> file = TRY(open_file({.start = Path(), .name = name},
                                   {.flags = kOpenCreate | kOpenReadWrite | kOpenNoFollow, .mode = 0600}));
    Inode& inode = *file->inode();
    if (!inode.is_regular() || inode.attributes.link_count != 1 ||
        inode.attributes.user_id != current_task().credentials().fs_uid)
        return Error(Errno::EPERM);
    TRY(change_size(inode, 0));
    return file;
}

} // namespace

int dump_core(const abi::SignalInfo& info) {
    Process& process = current_process();
    u64 limit_bytes = process.limits.soft(Resource::Core);
    if (limit_bytes < kPageSize || !process.is_dumpable) return info.signal;
    Ref<CoreDump> dump = gather_tasks(process, info.signal);
    if (!dump) return info.signal;
    bool is_dumped = false;
    if (Result<Ref<File>> file = is_killed() ? Error(Errno::EINTR) : open_core_file(info)) {
        Result<bool> written = write_dump(*std::move(file), limit_bytes, info);
        is_dumped = written && *written;
    }
    release_tasks(process, *dump, is_dumped);
    return info.signal | (is_dumped ? 0x80 : 0);
}

void park_for_core_dump() {
    Task& task = current_task();
    Process& process = task.process();
    Ref<CoreDump> dump;
    {
        IrqLockGuard guard(process.signals.lock);
        if (!process.core_dump || process.core_dump->dumper == &task) return;
        dump = process.core_dump;
    }
    task.context.fs_base = current_fs_base();
    task.context.gs_base = current_gs_base();
    fpu_save_current();
    {
        IrqLockGuard guard(process.signals.lock);
        ++dump->parked_tasks;
    }
    dump->changed.wake_all();
    dump->changed.wait_uninterruptible([&] { return dump->is_done.load(); });
}

} // namespace martlet
