// The terminals' screen and keyboard: drawing and keys.
#include "dev/vt/screen_console.h"

#include <algorithm>

#include "dev/input/ctrl_alt_del.h"
#include "dev/vt/keyboard_modes.h"
#include "time/clock.h"

namespace martlet {
namespace {

constexpr u64 kFrameTimeNs = kNanosecondsPerSecond / 60;

} // namespace

Result<void> ScreenConsole::init() {
    Ref<VirtualTerminal> first = TRY(terminal(1));
    MutexGuard guard(vt_lock);
    active_ = first.get(); // the table holds it
    return display_.init(first->terminal);
}

Result<Ref<VirtualTerminal>> ScreenConsole::terminal(u32 number) {
    if (number == 0 || number > kVirtualTerminals) return Error(Errno::ENXIO);
    {
        MutexGuard guard(vt_lock);
        if (Ref<VirtualTerminal>& present = terminals_[number - 1]) return present;
    }
    Ref<VirtualTerminal> created = TRY(VirtualTerminal::create(*this, number, size_));
    MutexGuard guard(vt_lock);
    Ref<VirtualTerminal>& place = terminals_[number - 1];
    if (!place) place = std::move(created); // another may have been quicker
    return place;
}

Ref<VirtualTerminal> ScreenConsole::active() {
    MutexGuard guard(vt_lock);
    return Ref<VirtualTerminal>(*active_);
}

void ScreenConsole::written(VtLine& line) {
    if (&line != static_cast<VtLine*>(active_)) return;
    display_.reset_view();
    changed();
}

/// Something is to be drawn: now, or when the current frame's time is over.
void ScreenConsole::changed() {
    if (refresh_pending_.exchange(true)) return;
    u64 next = next_refresh_ns_.load(std::memory_order_relaxed);
    if (monotonic_ns() >= next)
        refresh_work_.schedule();
    else
        refresh_timer_.arm(next);
}

void ScreenConsole::refresh() {
    refresh_pending_ = false;
    {
        MutexGuard guard(vt_lock);
        if (!active_->is_graphics) display_.refresh();
    }
    next_refresh_ns_.store(monotonic_ns() + kFrameTimeNs, std::memory_order_relaxed);
}

void ScreenConsole::key_event(KeyEvent event) {
    KeyResult result;
    {
        MutexGuard guard(vt_lock);
        const TerminalModes& set = active_->terminal.modes();
        KeyModes modes{set.application_cursor, set.application_keypad, set.newline};
        KeyboardSettings& keyboard = active_->keyboard;
        keys_.set_locks({keyboard.caps_lock, keyboard.num_lock, keyboard.scroll_lock});
        result = keys_.translate(event, modes);
        if (keyboard.mode == KeyboardMode::Raw || keyboard.mode == KeyboardMode::MediumRaw || keyboard.mode == KeyboardMode::Off) {
            result = untranslated_key(event, keyboard.mode);
        } else if (result.locks_changed) {
            KeyLocks locks = keys_.locks();
            keyboard.caps_lock = locks.caps;
            keyboard.num_lock = locks.num;
            keyboard.scroll_lock = locks.scroll;
            show_lamps();
        }
    }
    act_on_key(result);
}

void ScreenConsole::act_on_key(const KeyResult& result) {
    switch (result.action) {
    case KeyAction::None: break;
    case KeyAction::Send: {
        Ref<VirtualTerminal> receiver;
        {
            MutexGuard guard(vt_lock);
            receiver = Ref<VirtualTerminal>(*active_);
            if (display_.is_scrolled_back()) changed();
            display_.reset_view();
        }
        receiver->receive(result.text());
        break;
    }
    case KeyAction::ScrollUp:
    case KeyAction::ScrollDown: {
        int half = std::max(size_.rows / 2, 1);
        MutexGuard guard(vt_lock);
        display_.scroll_view(result.action == KeyAction::ScrollUp ? half : -half);
        changed();
        break;
    }
    case KeyAction::SwitchConsole: {
        if (!terminal(result.console)) break; // no memory, or no such terminal
        MutexGuard guard(vt_lock);
        (void)request_switch(result.console);
        break;
    }
    case KeyAction::PreviousConsole:
    case KeyAction::NextConsole: {
        MutexGuard guard(vt_lock);
        (void)request_switch(neighbour(result.action == KeyAction::NextConsole ? Direction::Next : Direction::Previous));
        break;
    }
    case KeyAction::Reboot: ctrl_alt_del(); break;
    }
}

void ScreenConsole::show_lamps() {
    const KeyboardSettings& keyboard = active_->keyboard;
    if (keyboard.lamps)
        set_keyboard_lamps({(*keyboard.lamps & 1) != 0, (*keyboard.lamps & 2) != 0, (*keyboard.lamps & 4) != 0});
    else
        set_keyboard_lamps({keyboard.scroll_lock, keyboard.num_lock, keyboard.caps_lock});
}

} // namespace martlet
