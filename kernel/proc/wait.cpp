// One scan over the children under the tree lock finds the first reportable one; the wait repeats the scan at
// each event.
#include "proc/wait.h"

#include "proc/exit.h"
#include "proc/process_group.h"
#include "proc/trace/tracing.h"

namespace martlet {

namespace {

i32 exit_code_kind(int status) {
    if ((status & 0x7f) == 0) return abi::kCldExited;
    return status & 0x80 ? abi::kCldDumped : abi::kCldKilled;
}

struct Scan {
    const WaitRequest& request;
    bool has_candidates = false;
    bool is_found = false;
    WaitOutcome outcome;
    Ref<Process> reaped; // these are dropped without locks
    Ref<Task> released;
};

/// Whether the request's id names it; tracees have ids of their own.
bool is_named(const WaitRequest& request, Process& child, int id) REQUIRES(process_tree_lock) {
    switch (request.target) {
    case WaitTarget::Any: return true;
    case WaitTarget::Process: return id == request.id;
    case WaitTarget::Group: return child.group && child.group->id == request.id;
    case WaitTarget::Exactly: return &child == request.process.get() && id == child.id();
    }
    return false;
}

bool is_candidate(const WaitRequest& request, Process& child) REQUIRES(process_tree_lock) {
    if (!is_named(request, child, child.id())) return false;
    if (is_traced_by_parent(child)) return true; // whatever its exit signal
    if ((request.options & kWaitNoThread) && child.creator_thread_id != current_task().thread_id()) return false;
    if (request.options & kWaitAll) return true;
    bool is_clone = child.exit_signal != kSigChld;
    return is_clone == ((request.options & kWaitClone) != 0);
}

void report(Scan& scan, Process& child, i32 code, i32 status) REQUIRES(process_tree_lock) {
    Task* task = child.tasks.front();
    scan.is_found = true;
    scan.outcome = {.process_id = child.id(),
                    .user_id = task ? task->share_credentials()->real_uid : child.user_id_at_exit,
                    .code = code,
                    .status = status,
                    .usage = child.usage_locked()};
    scan.outcome.usage.add(child.children_usage);
}

void report_exit(Scan& scan, Process& child) REQUIRES(process_tree_lock) {
    int status = child.exit_status;
    report(scan, child, exit_code_kind(status), status);
    if (scan.request.options & kWaitNoWait) return;
    current_process().children_usage.add(scan.outcome.usage);
    scan.reaped = reap(child);
}

/// Stopped or continued, each reported once.
void report_job_control(Scan& scan, Process& child) REQUIRES(process_tree_lock) {
    bool keeps = (scan.request.options & kWaitNoWait) != 0;
    int stop_signal = 0;
    bool continued = false;
    {
        IrqLockGuard guard(child.signals.lock);
        bool is_shown = !is_traced_by_parent(child); // a tracer hears of each tracee's stop instead
        if (is_shown && (scan.request.options & kWaitStopped) && child.signals.stop_state == StopState::Stopped) {
            stop_signal = child.signals.unreported_stop_signal;
            if (!keeps) child.signals.unreported_stop_signal = 0;
        }
        if (stop_signal == 0 && (scan.request.options & kWaitContinued) && child.signals.has_unreported_continue) {
            continued = true;
            if (!keeps) child.signals.has_unreported_continue = false;
        }
    }
    if (stop_signal != 0) report(scan, child, abi::kCldStopped, stop_signal << 8 | 0x7f);
    else if (continued) report(scan, child, abi::kCldContinued, 0xffff);
}

void report_tracee(Scan& scan, Task& tracee, i32 code, i32 status) REQUIRES(process_tree_lock) {
    scan.is_found = true;
    scan.outcome = {.process_id = tracee.thread_id(),
                    .user_id = tracee.share_credentials()->real_uid,
                    .code = code,
                    .status = status,
                    .usage = tracee.process().usage_locked()};
}

/// The end of a thread, or of a process with another parent, which then hears of it.
void report_end_of_tracee(Scan& scan, Task& tracee, int status) REQUIRES(process_tree_lock) {
    report_tracee(scan, tracee, exit_code_kind(status), status);
    if (scan.request.options & kWaitNoWait) return;
    Process& process = tracee.process();
    bool was_leader = process.traced_leader == &tracee;
    scan.released = reap_tracee(tracee);
    if (was_leader) scan.reaped = tell_parent_of_end(process);
}

/// What the tracees of one of the caller's tasks have to say; they need neither WUNTRACED nor __WALL.
void scan_tracees(Scan& scan, Task& tracer) REQUIRES(process_tree_lock) {
    for (Task& tracee : tracer.tracees) {
        Process& process = tracee.process();
        if (!is_named(scan.request, process, tracee.thread_id())) continue;
        Tracing& tracing = *tracee.tracing;
        bool is_leader = process.traced_leader == &tracee;
        if (tracing.has_ended && is_leader && process.parent == &current_process()) continue; // scanned as a child
        scan.has_candidates = true;
        if (tracing.has_ended) {
            bool is_over = !is_leader || process.state == ProcessState::Zombie;
            if (!is_over || !(scan.request.options & kWaitExited)) continue;
            report_end_of_tracee(scan, tracee, is_leader ? process.exit_status : tracing.end_status);
        } else if (tracing.is_unreported && tracing.state.load() == TraceState::Stopped) {
            report_tracee(scan, tracee, abi::kCldTrapped, tracing.stop_code << 8 | 0x7f);
            if (!(scan.request.options & kWaitNoWait)) tracing.is_unreported = false;
        }
        if (scan.is_found) return;
    }
}

void scan_children(Scan& scan) {
    scan.has_candidates = false;
    IrqLockGuard guard(process_tree_lock);
    for (Process& child : current_process().children) {
        if (!is_candidate(scan.request, child)) continue;
        if (child.state == ProcessState::Zombie && is_traced_by_stranger(child)) {
            scan.has_candidates = true; // its tracer is told first
        } else if (child.state == ProcessState::Zombie) {
            // A zombie will never stop or continue: who waits only for that has nothing to wait for here.
            if (!(scan.request.options & kWaitExited)) continue;
            scan.has_candidates = true;
            report_exit(scan, child);
        } else {
            scan.has_candidates = true;
            report_job_control(scan, child);
        }
        if (scan.is_found) return;
    }
    if (scan.request.options & kWaitNoThread) {
        scan_tracees(scan, current_task());
    } else {
        for (Task& task : current_process().tasks)
            if (!scan.is_found) scan_tracees(scan, task);
    }
}

} // namespace

Result<WaitOutcome> wait_for_child(const WaitRequest& request) {
    Scan scan{.request = request, .outcome = {}, .reaped = nullptr, .released = nullptr};
    auto is_over = [&scan] {
        if (!scan.is_found) scan_children(scan);
        return scan.is_found || !scan.has_candidates;
    };
    if (request.options & kWaitNoHang) (void)is_over();
    else TRY(current_process().child_event.wait(is_over));
    if (!scan.is_found && !scan.has_candidates) return Error(Errno::ECHILD);
    return scan.outcome;
}

} // namespace martlet
