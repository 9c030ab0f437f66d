// Choice: the process with the most pages in memory and in page tables; init and whoever is dying already are not chosen.
#include "proc/out_of_memory.h"

#include "base/log.h"
#include "mm/address_space.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/signal.h"

namespace martlet {

namespace {

bool is_dying(Process& process) {
    IrqLockGuard guard(process.signals.lock);
    return process.signals.is_exiting;
}

} // namespace

bool kill_process_for_memory() {
    Ref<Process> chosen;
    u64 most_pages = 0;
    for (Ref<Process> process = next_process(2); process; process = next_process(process->id() + 1)) {
        Ref<AddressSpace> space = process_address_space(*process);
        if (!space) continue;
        if (is_dying(*process)) return true; // its memory is about to come back
        AddressSpace::Sizes sizes = space->sizes();
        u64 pages = sizes.resident_pages + sizes.page_table_bytes / kPageSize;
        if (pages <= most_pages) continue;
        most_pages = pages;
        chosen = process;
    }
    if (!chosen) return false;
    ProcessInfo info = process_info(*chosen);
    log_error("out of memory: killing process %d (%s), which holds %llu KiB", chosen->id(), info.name,
              static_cast<unsigned long long>(most_pages * kPageSize / kKiB));
    send_kernel_signal(*chosen, kSigKill);
    return true;
}

} // namespace martlet
