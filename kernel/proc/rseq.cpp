#include "proc/rseq.h"

#include "mm/user_access.h"
#include "proc/task.h"

namespace martlet {

namespace {

/// struct rseq: both CPU words are read by sections, `section` is the address of the one under way or 0.
constexpr u64 kSectionOffset = 8, kFlagsOffset = 16;
constexpr u32 kCpuUninitialized = ~0u;

/// struct rseq_cs.
struct Section {
    u32 version, flags;
    u64 start, size, abort_address;
};
static_assert(sizeof(Section) == 32);

u64 cpu_words(u32 start, u32 cpu) { return start | static_cast<u64>(cpu) << 32; }

Result<void> check_section(const Section& section, u32 signature) {
    u64 end;
    if (section.start >= kUserEnd || section.abort_address >= kUserEnd || section.version != 0 || section.flags != 0)
        return Error(Errno::EINVAL);
    if (__builtin_add_overflow(section.start, section.size, &end) || end >= kUserEnd) return Error(Errno::EINVAL);
    if (section.abort_address - section.start < section.size) return Error(Errno::EINVAL); // inside the section
    u32 found = TRY(UserPtr<const u32>(section.abort_address - sizeof(u32)).load());
    if (found != signature) return Error(Errno::EINVAL);
    return {};
}

/// The section under way, if the program has announced one, ends here: aborted if the program was inside it.
Result<void> end_section(const RestartableSequences& rseq, u64 section_address, TrapFrame& frame) {
    if (section_address >= kUserEnd) return Error(Errno::EINVAL);
    Section section = TRY(UserPtr<const Section>(section_address).load());
    TRY(check_section(section, rseq.signature));
    bool is_inside = frame.rip - section.start < section.size;
    if (is_inside && TRY(UserPtr<const u32>(rseq.area + kFlagsOffset).load()) != 0) return Error(Errno::EINVAL);
    TRY(UserPtr<u64>(rseq.area + kSectionOffset).store(0));
    if (is_inside) frame.rip = section.abort_address;
    return {};
}

} // namespace

Result<void> register_rseq(u64 area, u32 size_bytes, u32 signature) {
    Task& task = current_task();
    RestartableSequences& rseq = task.rseq;
    if (rseq.area != 0) {
        if (rseq.area != area || size_bytes != kRseqAreaSize) return Error(Errno::EINVAL);
        return Error(rseq.signature != signature ? Errno::EPERM : Errno::EBUSY);
    }
    if (area % kRseqAreaAlignment != 0 || size_bytes != kRseqAreaSize) return Error(Errno::EINVAL);
    if (area >= kUserEnd) return Error(Errno::EFAULT);
    rseq = {.area = area, .signature = signature};
    task.set_notices_switches(true);
    task.set_work(ThreadWork::Notify);
    return {};
}

Result<void> unregister_rseq(u64 area, u32 size_bytes, u32 signature) {
    RestartableSequences& rseq = current_task().rseq;
    if (rseq.area == 0 || rseq.area != area || size_bytes != kRseqAreaSize) return Error(Errno::EINVAL);
    if (rseq.signature != signature) return Error(Errno::EPERM);
    TRY(UserPtr<u64>(area).store(cpu_words(0, kCpuUninitialized)));
    forget_rseq(current_task());
    return {};
}

Result<void> fix_up_rseq(TrapFrame& frame) {
    Task& task = current_task();
    RestartableSequences& rseq = task.rseq;
    if (rseq.area == 0) return {};
    if (u64 section = TRY(UserPtr<const u64>(rseq.area + kSectionOffset).load()))
        TRY(end_section(rseq, section, frame));
    // A switch to another CPU after this line gives new work, and this runs again before user mode.
    u32 cpu = task.last_cpu();
    if (rseq.shown_cpu == cpu) return {};
    TRY(UserPtr<u64>(rseq.area).store(cpu_words(cpu, cpu)));
    rseq.shown_cpu = cpu;
    return {};
}

void inherit_rseq(Task& child, bool shares_memory) {
    const RestartableSequences& own = current_task().rseq;
    if (shares_memory || own.area == 0) return;
    child.rseq = own;
    child.set_notices_switches(true);
    child.set_work(ThreadWork::Notify);
}

void forget_rseq(Task& task) {
    task.rseq = {};
    task.set_notices_switches(false);
}

} // namespace martlet
