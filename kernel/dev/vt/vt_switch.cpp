// Switching between virtual terminals, also with the consent of the program that draws on one (VT_PROCESS).
#include "dev/vt/screen_console.h"
#include "mm/user_access.h"
#include "proc/pid.h"
#include "proc/process.h"
#include "proc/signal.h"
#include "proc/task.h"

namespace martlet {
bool ScreenConsole::tell_owner(const VtOwner& owner, i16 signal) {
    IrqLockGuard guard(process_tree_lock);
    Pid* pid = owner.id > 0 ? PidTable::find(owner.id) : nullptr;
    if (!pid || !pid->process || pid->process->start_time_ns != owner.start_time_ns) return false;
    if (signal != 0) send_kernel_signal(*pid->process, signal);
    return true;
}

/// As after its owner's death: text, switching without asking.
void ScreenConsole::reset(VtLine& line) {
    line.is_graphics = false;
    line.keyboard.mode = KeyboardMode::Unicode;
    line.switching = {};
    line.owner = {};
    line.requested_number = 0;
}

bool ScreenConsole::is_in_use(u32 number) const {
    const Ref<VirtualTerminal>& terminal = terminals_[number - 1];
    return terminal && terminal->reference_count() > 1; // more than the table's
}

u32 ScreenConsole::neighbour(Direction direction) {
    u32 number = active_->number();
    do
        number = (number + kVirtualTerminals - 1 + static_cast<u32>(static_cast<int>(direction))) %
                     kVirtualTerminals +
                 1;
    while (!terminals_[number - 1]);
    return number;
}

/// EINVAL: switching is locked, or a program draws that cannot be asked.
Result<void> ScreenConsole::request_switch(u32 number) {
    if (is_switching_locked_ || (active_->is_graphics && active_->switching.mode == kVtAuto))
        return Error(Errno::EINVAL);
    if (number == active_->number() || !terminals_[number - 1]) return {};
    if (active_->switching.mode == kVtProcess) {
        active_->requested_number = number;
        if (tell_owner(active_->owner, active_->switching.release_signal)) return {}; // until VT_RELDISP
        reset(*active_);
    }
    complete_switch(number);
    return {};
}

void ScreenConsole::complete_switch(u32 number) {
    VirtualTerminal& next = *terminals_[number - 1];
    bool had_graphics = active_->is_graphics;
    previous_number_ = active_->number();
    active_ = &next;
    if (next.switching.mode == kVtProcess && !tell_owner(next.owner, next.switching.acquire_signal)) reset(next);
    display_.show(next.terminal);
    if (had_graphics && !next.is_graphics) display_.forget();
    show_lamps();
    changed();
    active_number_.store(number, std::memory_order_release);
    changes_.count.fetch_add(1, std::memory_order_acq_rel);
    changes_.queue.wake_all();
}

Result<void> ScreenConsole::release(VirtualTerminal& terminal, u64 answer) {
    MutexGuard guard(vt_lock);
    if (terminal.switching.mode != kVtProcess) return Error(Errno::EINVAL);
    u32 number = std::exchange(terminal.requested_number, 0);
    if (number == 0) return answer == kVtAcknowledgeAcquired ? Result<void>() : Error(Errno::EINVAL);
    if (answer == kVtReleaseRefused || &terminal != active_) return {};
    if (terminals_[number - 1]) complete_switch(number);
    return {};
}

void ScreenConsole::set_graphics(VirtualTerminal& terminal, bool graphics) {
    if (terminal.is_graphics == graphics) return;
    terminal.is_graphics = graphics;
    if (&terminal != active_ || graphics) return;
    display_.forget(); // whatever was drawn over it
    changed();
}

Result<void> ScreenConsole::set_switching(VirtualTerminal& terminal, const VtModeSettings& settings) {
    if (settings.mode != kVtAuto && settings.mode != kVtProcess) return Error(Errno::EINVAL);
    const Process& process = current_task().process();
    MutexGuard guard(vt_lock);
    terminal.switching = settings;
    terminal.switching.unused = 0;
    terminal.owner = {process.id(), process.start_time_ns};
    terminal.requested_number = 0;
    return {};
}

Result<void> ScreenConsole::wait_until_active(u32 number) {
    Result<void> waited = changes_.queue.wait([&] { return active_number() == number; });
    return waited ? waited : Error(Errno::EINTR);
}

Result<void> ScreenConsole::wait_for_switch(u64 argument) {
    UserPtr<VtEvent> user(argument);
    VtEvent event = TRY(user.load());
    u32 count = changes_.count.load(std::memory_order_acquire);
    bool is_wanted = (event.event & kVtEventSwitch) != 0;
    if (!changes_.queue.wait([&] { return is_wanted && changes_.count.load(std::memory_order_acquire) != count; }))
        return Error(Errno::EINTR);
    {
        MutexGuard guard(vt_lock);
        event = {kVtEventSwitch, previous_number_, active_->number(), {}};
    }
    return user.store(event);
}

/// EBUSY: it is shown or in use. tty1 stays, for it has the kernel log.
Result<void> ScreenConsole::disallocate(u32 number) {
    Ref<VirtualTerminal> gone; // goes without the lock
    MutexGuard guard(vt_lock);
    if (terminals_[number - 1].get() == active_ || is_in_use(number)) return Error(Errno::EBUSY);
    gone = std::move(terminals_[number - 1]);
    return {};
}

} // namespace martlet
