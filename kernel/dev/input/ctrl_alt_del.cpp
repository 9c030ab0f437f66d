// What Ctrl-Alt-Del does.
#include "dev/input/ctrl_alt_del.h"

#include <atomic>

#include "arch/machine.h"
#include "base/log.h"
#include "proc/pid.h"
#include "proc/session.h"
#include "proc/signal.h"
#include "proc/signal_set.h"

namespace martlet {
namespace {

std::atomic<CtrlAltDelMode> mode = CtrlAltDelMode::Reboot;

} // namespace

void set_ctrl_alt_del_mode(CtrlAltDelMode new_mode) { mode = new_mode; }

void ctrl_alt_del() {
    if (mode == CtrlAltDelMode::Reboot) {
        log_notice("Ctrl-Alt-Del: restarting");
        machine_reboot();
    }
    IrqLockGuard guard(process_tree_lock);
    Pid* init = PidTable::find(1);
    if (init && init->process) send_kernel_signal(*init->process, kSigInt);
}

} // namespace martlet
