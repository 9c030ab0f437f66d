// The terminals' screen and keyboard: drawing and keys.
#include "dev/vt/screen_console.h"

#include <algorithm>

#include "boot/command_line.h"
#include "dev/input/ctrl_alt_del.h"
#include "dev/vt/keyboard_modes.h"
#include "dev/vt/tone.h"
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
    forget_selection();
    display_.reset_view();
    changed();
}

void ScreenConsole::ring_bell() {
    constexpr u32 kFrequencyHz = 750;
    constexpr u64 kDurationNs = 125 * kNanosecondsPerMillisecond;
    std::string_view kind = command_line_option("martlet.bell").value_or("speaker");
    if (kind == "visible") {
        is_flashing_ = true;
        flash_timer_.arm(monotonic_ns() + kDurationNs);
        changed();
    } else if (kind != "none") {
        start_tone(kFrequencyHz, kDurationNs);
    }
}

void ScreenConsole::flash_ends(Timer&, void* context) {
    auto& console = *static_cast<ScreenConsole*>(context);
    console.is_flashing_ = false;
    console.changed();
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
        display_.set_flash(is_flashing_);
        if (!active_->is_graphics) display_.refresh();
    }
    next_refresh_ns_.store(monotonic_ns() + kFrameTimeNs, std::memory_order_relaxed);
}

void ScreenConsole::key_event(KeyEvent event) {
    KeyResult result;
    Ref<VirtualTerminal> terminal;
    {
        MutexGuard guard(vt_lock);
        result = translate(event);
        terminal = Ref<VirtualTerminal>(*active_);
        if (result.action == KeyAction::Send) { // its text is the translator's
            terminal->receive({reinterpret_cast<const u8*>(result.text.data()), result.text.size()});
            display_.reset_view();
            display_.set_pointer(std::nullopt);
            changed();
        }
    }
    act_on_key(result, std::move(terminal));
}

KeyResult ScreenConsole::translate(KeyEvent event) {
    const TerminalModes& set = active_->terminal.modes();
    KeyboardSettings& keyboard = active_->keyboard;
    KeyModes modes{set.application_cursor, set.application_keypad, set.newline, keyboard.meta_sets_bit,
                   keyboard.mode == KeyboardMode::Unicode};
    KeyLocks before = keyboard.locks;
    bool is_translated = keyboard.mode == KeyboardMode::Unicode || keyboard.mode == KeyboardMode::Translated;
    KeyResult result = keys_.translate(event, modes, keyboard.locks,
                                       is_translated ? KeyTranslator::Translate::Yes : KeyTranslator::Translate::No);
    if (keyboard.locks != before) show_lamps();
    return is_translated ? result : untranslated_key(event, keyboard.mode, raw_key_);
}

void ScreenConsole::act_on_key(const KeyResult& result, Ref<VirtualTerminal> terminal) {
    switch (result.action) {
    case KeyAction::None: case KeyAction::Send: break;
    case KeyAction::ScrollUp: case KeyAction::ScrollDown: {
        int half = std::max(size_.rows / 2, 1);
        MutexGuard guard(vt_lock);
        forget_selection();
        display_.scroll_view(result.action == KeyAction::ScrollUp ? half : -half);
        changed();
        break;
    }
    case KeyAction::SwitchConsole:
    case KeyAction::PreviousConsole:
    case KeyAction::NextConsole:
    case KeyAction::LastConsole:
        switch_on_key(result);
        break;
    case KeyAction::Break: {
        static constexpr u8 kNothing[] = {0};
        terminal->receive(kNothing, InputEvent::Break);
        break;
    }
    case KeyAction::HoldOutput: hold_output(*terminal); break;
    case KeyAction::RaiseSignal: {
        MutexGuard guard(vt_lock);
        if (!tell_owner(key_signal_owner_, key_signal_)) key_signal_owner_ = {};
        break;
    }
    case KeyAction::Reboot: ctrl_alt_del(); break;
    }
}

void ScreenConsole::switch_on_key(const KeyResult& result) {
    u32 number = result.console;
    if (result.action == KeyAction::SwitchConsole && !terminal(number)) return; // no memory, or no such terminal
    MutexGuard guard(vt_lock);
    if (result.action == KeyAction::PreviousConsole) number = neighbour(Direction::Previous);
    if (result.action == KeyAction::NextConsole) number = neighbour(Direction::Next);
    if (result.action == KeyAction::LastConsole) number = previous_number_;
    (void)request_switch(number);
}

/// Scroll Lock: output stops, or goes on.
void ScreenConsole::hold_output(VirtualTerminal& terminal) {
    bool hold = !terminal.is_output_stopped();
    terminal.hold_output(hold);
    MutexGuard guard(vt_lock);
    terminal.keyboard.locks.scroll = hold;
    if (&terminal == active_) show_lamps();
}

void ScreenConsole::show_lamps() {
    const KeyboardSettings& keyboard = active_->keyboard;
    if (keyboard.lamps)
        set_keyboard_lamps({(*keyboard.lamps & 1) != 0, (*keyboard.lamps & 2) != 0, (*keyboard.lamps & 4) != 0});
    else
        set_keyboard_lamps({keyboard.locks.scroll, keyboard.locks.num, keyboard.locks.caps});
}

} // namespace martlet
