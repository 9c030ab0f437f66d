// One scan over the children under the tree lock finds the first reportable one; the wait repeats the scan at each event.
#include "proc/wait.h"

#include "proc/exit.h"
#include "proc/process_group.h"

namespace martlet {

namespace {

struct Scan {
    const WaitRequest& request;
    bool has_candidates = false;
    bool is_found = false;
    WaitOutcome outcome;
    Ref<Process> reaped; // dropped without locks
};

bool is_candidate(const WaitRequest& request, Process& child) REQUIRES(process_tree_lock) {
    if (request.target == WaitTarget::Process && child.id() != request.id) return false;
    if (request.target == WaitTarget::Group && (!child.group || child.group->id != request.id)) return false;
    if (request.target == WaitTarget::Exactly && &child != request.process.get()) return false;
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
    i32 code = (status & 0x7f) == 0 ? abi::kCldExited : status & 0x80 ? abi::kCldDumped : abi::kCldKilled;
    report(scan, child, code, status);
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
        if ((scan.request.options & kWaitStopped) && child.signals.stop_state == StopState::Stopped) {
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

void scan_children(Scan& scan) {
    scan.has_candidates = false;
    IrqLockGuard guard(process_tree_lock);
    for (Process& child : current_process().children) {
        if (!is_candidate(scan.request, child)) continue;
        if (child.state == ProcessState::Zombie) {
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
}

} // namespace

Result<WaitOutcome> wait_for_child(const WaitRequest& request) {
    Scan scan{.request = request, .outcome = {}, .reaped = nullptr};
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
