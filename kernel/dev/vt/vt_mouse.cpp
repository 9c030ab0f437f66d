// The mouse on the consoles: selecting, pasting, scrolling and reports to programs; TIOCLINUX (ioctl_console(2)).
#include <algorithm>

#include "dev/vt/screen_console.h"
#include "mm/user_access.h"
#include "proc/credentials.h"
#include "time/clock.h"

namespace martlet {
namespace {

constexpr u8 kLeft = 1, kRight = 2, kMiddle = 4;
constexpr u64 kClickTimeNs = 400 * kNanosecondsPerMillisecond;
constexpr int kWheelLines = 3;

constexpr std::pair<u8, MouseButton> kButtons[] = {
    {kLeft, MouseButton::Left}, {kMiddle, MouseButton::Middle}, {kRight, MouseButton::Right}};

MouseButton held_button(u8 buttons) {
    for (auto [bit, button] : kButtons)
        if (buttons & bit) return button;
    return MouseButton::None;
}

} // namespace

void ScreenConsole::mouse_event(const MouseEvent& event) {
    MutexGuard guard(vt_lock);
    if (active_->is_graphics) return;
    CellPlace before = mouse_.place();
    u8 changed_buttons = mouse_.buttons ^ event.buttons;
    move_pointer(event);
    mouse_.buttons = event.buttons;
    bool has_moved = mouse_.place() != before;
    changed();
    constexpr u8 kShiftBit = 1u << kModifierShift;
    if (active_->terminal.modes().mouse_reports != MouseReports::None && !(keys_.modifiers() & kShiftBit)) {
        report_mouse(event, changed_buttons);
        if (has_moved) send_report(MouseAction::Move, held_button(event.buttons));
        return;
    }
    if (event.wheel != 0) {
        forget_selection();
        display_.scroll_view(-kWheelLines * event.wheel);
    }
    u8 pressed = changed_buttons & event.buttons;
    if (pressed & kLeft) press_to_select();
    else if (pressed & kRight) select_to(mouse_.place());
    else if ((event.buttons & (kLeft | kRight)) && has_moved) select_to(mouse_.place());
    if ((changed_buttons & ~event.buttons) & (kLeft | kRight)) copy_selection();
    if (pressed & kMiddle) start_paste(Ref<VirtualTerminal>(*active_));
}

void ScreenConsole::move_pointer(const MouseEvent& event) {
    mouse_.x = std::clamp(mouse_.x + event.right, 0, size_.columns * 8 - 1);
    mouse_.y = std::clamp(mouse_.y - event.up, 0, size_.rows * 16 - 1);
    display_.set_pointer(mouse_.place());
}

/// Buttons and wheel.
void ScreenConsole::report_mouse(const MouseEvent& event, u8 changed_buttons) {
    for (auto [bit, button] : kButtons)
        if (changed_buttons & bit) send_report(event.buttons & bit ? MouseAction::Press : MouseAction::Release, button);
    constexpr i32 kMostNotches = 16;
    for (i32 notch = std::min(event.wheel < 0 ? -event.wheel : event.wheel, kMostNotches); notch > 0; --notch)
        send_report(MouseAction::Press, event.wheel < 0 ? MouseButton::WheelUp : MouseButton::WheelDown);
}

void ScreenConsole::send_report(MouseAction action, MouseButton button) {
    constexpr u8 kShiftBit = 1u << kModifierShift, kControlBit = 1u << kModifierControl, kAltBit = 1u << kModifierAlt;
    u8 held = keys_.modifiers();
    u8 modifiers =
        static_cast<u8>((held & kShiftBit ? 1 : 0) | (held & kAltBit ? 2 : 0) | (held & kControlBit ? 4 : 0));
    char text[32];
    CellPlace place = mouse_.place();
    usize size = encode_mouse_report({action, button, place.row, place.column, modifiers},
                                     active_->terminal.modes(), text);
    active_->receive({reinterpret_cast<const u8*>(text), size});
}

/// A second click in the same place selects words, a third lines.
void ScreenConsole::press_to_select() {
    u64 now = monotonic_ns();
    bool is_again = now - mouse_.pressed_ns < kClickTimeNs && mouse_.anchor == mouse_.place();
    mouse_.clicks = is_again ? mouse_.clicks % 3 + 1 : 1;
    mouse_.pressed_ns = now;
    mouse_.anchor = mouse_.place();
    mouse_.unit = static_cast<SelectionUnit>(mouse_.clicks - 1);
    if (mouse_.clicks > 1) select_to(mouse_.anchor);
    else forget_selection();
}

void ScreenConsole::select_to(CellPlace head) {
    Selection selection;
    selection.set(display_, size_.columns, mouse_.anchor, head, mouse_.unit);
    display_.set_selection(selection);
}

void ScreenConsole::forget_selection() {
    if (display_.selection().is_empty()) return;
    display_.set_selection(Selection{});
    changed();
}

/// Without memory what was copied before stays.
void ScreenConsole::copy_selection() {
    if (display_.selection().is_empty()) return;
    if (Result<Vector<char>> text = display_.selection().text(display_, size_.columns)) clipboard_ = std::move(*text);
}

void ScreenConsole::start_paste(Ref<VirtualTerminal> terminal) {
    if (pasted_ < pasting_.size() || clipboard_.is_empty()) return; // one at a time
    Vector<char> text;
    auto append = [&text](std::string_view part) {
        for (char each : part)
            if (!text.push_back(each)) return false;
        return true;
    };
    bool brackets = terminal->terminal.modes().bracketed_paste;
    if (!append(brackets ? "\033[200~" : "") || !append({clipboard_.data(), clipboard_.size()}) ||
        !append(brackets ? "\033[201~" : ""))
        return;
    pasting_ = std::move(text);
    pasted_ = 0;
    paste_to_ = std::move(terminal);
    paste_deadline_ns_ = monotonic_ns() + kNanosecondsPerSecond;
    paste_work_.schedule();
}

/// Gives the terminal as much as it has room for. A program that does not read for a second misses the rest.
void ScreenConsole::paste() {
    constexpr u64 kRetryNs = 10 * kNanosecondsPerMillisecond;
    Ref<VirtualTerminal> finished; // goes without the lock
    MutexGuard guard(vt_lock);
    if (!paste_to_) return;
    usize count = std::min(pasting_.size() - pasted_, paste_to_->receive_room());
    paste_to_->receive({reinterpret_cast<const u8*>(pasting_.data()) + pasted_, count});
    pasted_ += count;
    u64 now = monotonic_ns();
    if (count != 0) paste_deadline_ns_ = now + kNanosecondsPerSecond;
    if (pasted_ < pasting_.size() && now < paste_deadline_ns_) return paste_timer_.arm(now + kRetryNs);
    pasted_ = pasting_.size();
    finished = std::move(paste_to_);
}

Result<i64> ScreenConsole::ioctl_linux(VirtualTerminal& terminal, u64 argument, bool allowed) {
    enum : u8 {
        kSetSelection = 2,
        kPaste = 3,
        kUnblank = 4,
        kShiftState = 6,
        kMouseReports = 7,
        kActive = 12,
        kScroll = 13
    };
    if (!allowed && !current_has(Capability::SysAdmin)) return Error(Errno::EPERM);
    u8 request = TRY(UserPtr<u8>(argument).load());
    switch (request) {
    case kSetSelection:
        return current_has(Capability::SysAdmin) ? select_by_request(argument + 1) : Error(Errno::EPERM);
    case kPaste: {
        if (!current_has(Capability::SysAdmin)) return Error(Errno::EPERM);
        MutexGuard guard(vt_lock);
        start_paste(Ref<VirtualTerminal>(terminal));
        return 0;
    }
    case kUnblank: return 0; // it is never blank
    case kShiftState: case kMouseReports: {
        u8 answer;
        {
            MutexGuard guard(vt_lock);
            MouseReports reports = active_->terminal.modes().mouse_reports;
            answer = request == kShiftState ? keys_.modifiers()
                                            : static_cast<u8>(reports == MouseReports::None      ? 0
                                                              : reports == MouseReports::Presses ? 1
                                                                                                 : 2);
        }
        TRY(UserPtr<u8>(argument).store(answer));
        return 0;
    }
    case kActive: return static_cast<i64>(active_number()) - 1;
    case kScroll: {
        i32 lines = TRY(UserPtr<i32>(argument + 4).load());
        MutexGuard guard(vt_lock);
        forget_selection();
        display_.scroll_view(lines == 0 ? -static_cast<int>(ScreenBuffer::kHistoryLines)
                                        : -std::clamp(lines, -10000, 10000));
        changed();
        return 0;
    }
    default: return Error(Errno::EINVAL);
    }
}

/// gpm's way: by characters, words or lines (0, 1, 2), the pointer (3), nothing (4), or a report to the program (16).
Result<i64> ScreenConsole::select_by_request(u64 argument) {
    constexpr u16 kPointer = 3, kClear = 4, kReport = 16;
    LinuxSelection wanted = TRY(UserPtr<LinuxSelection>(argument).load());
    auto place = [this](u16 column, u16 row) {
        return CellPlace{std::clamp<u32>(row, 1, size_.rows) - 1u, std::clamp<u32>(column, 1, size_.columns) - 1u};
    };
    CellPlace first = place(wanted.first_column, wanted.first_row), last = place(wanted.last_column, wanted.last_row);
    MutexGuard guard(vt_lock);
    changed();
    if (wanted.mode == kClear) return forget_selection(), 0;
    if (wanted.mode == kPointer) return display_.set_pointer(first), 0;
    if (wanted.mode & kReport) {
        mouse_.x = static_cast<i32>(first.column * 8);
        mouse_.y = static_cast<i32>(first.row * 16);
        u8 button = wanted.mode & 3;
        send_report(button == 3 ? MouseAction::Release : MouseAction::Press,
                    static_cast<MouseButton>(button == 3 ? 0 : button));
        return 0;
    }
    if (wanted.mode > static_cast<u16>(SelectionUnit::Lines)) return Error(Errno::EINVAL);
    Selection selection;
    selection.set(display_, size_.columns, first, last, static_cast<SelectionUnit>(wanted.mode));
    display_.set_selection(selection);
    copy_selection();
    return 0;
}

} // namespace martlet
