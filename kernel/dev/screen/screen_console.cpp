// The terminal on the screen.
#include "dev/screen/screen_console.h"

#include <algorithm>

#include "base/format.h"
#include "base/log.h"
#include "debug/log_reader.h"
#include "dev/input/ctrl_alt_del.h"
#include "mm/user_access.h"
#include "sched/thread.h"
#include "time/clock.h"

namespace martlet {
namespace {

constexpr u64 kFrameTimeNs = kNanosecondsPerSecond / 60;

// ioctl_console(2)
constexpr u32 kKdgkbtype = 0x4b33, kKdsetmode = 0x4b3a, kKdgetmode = 0x4b3b, kKdgkbmode = 0x4b44, kKdskbmode = 0x4b45,
              kKdgkbled = 0x4b64, kKdgetled = 0x4b31, kVtOpenqry = 0x5600, kVtGetstate = 0x5603, kVtActivate = 0x5606,
              kVtWaitactive = 0x5607;
constexpr u8 kKeyboard101 = 2;
constexpr int kTextMode = 0, kUnicodeKeyboard = 3;

struct VtState {
    u16 active, signal, open_mask;
};

} // namespace

Result<void> ScreenConsole::init(std::string_view name, u64 device_number) {
    TRY(terminal_.init(size_.columns, size_.rows));
    TRY(display_.init());
    tty_ = TRY(make_ref<Tty>(name, device_number, *this));
    return {};
}

usize ScreenConsole::write(std::span<const u8> bytes) {
    u8 replies[Terminal::kRepliesMax];
    usize reply_count;
    {
        MutexGuard guard(lock_);
        display_.reset_view();
        terminal_.write(bytes);
        reply_count = terminal_.take_replies(replies);
    }
    if (reply_count > 0) tty_->receive({replies, reply_count});
    changed();
    return bytes.size();
}

void ScreenConsole::write_text(std::string_view text) {
    display_.reset_view();
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        terminal_.write({reinterpret_cast<const u8*>(line.data()), line.size()});
        text.remove_prefix(line.size());
        if (text.empty()) break;
        static constexpr u8 kNewLine[] = {'\r', '\n'};
        terminal_.write(kNewLine);
        text.remove_prefix(1);
    }
}

void ScreenConsole::write_panic(std::string_view text) NO_THREAD_SAFETY_ANALYSIS {
    write_text(text);
    display_.refresh();
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
        MutexGuard guard(lock_);
        display_.refresh();
    }
    next_refresh_ns_.store(monotonic_ns() + kFrameTimeNs, std::memory_order_relaxed);
}

void ScreenConsole::key_event(KeyEvent event) {
    KeyModes modes;
    {
        MutexGuard guard(lock_);
        const TerminalModes& set = terminal_.modes();
        modes = {set.application_cursor, set.application_keypad, set.newline};
    }
    KeyResult result = keys_.translate(event, modes);
    if (result.locks_changed) show_lamps();
    switch (result.action) {
    case KeyAction::None:
    case KeyAction::SwitchConsole: // there is one
        break;
    case KeyAction::Send: {
        {
            MutexGuard guard(lock_);
            display_.reset_view();
        }
        tty_->receive(result.text());
        changed();
        break;
    }
    case KeyAction::ScrollUp:
    case KeyAction::ScrollDown: {
        int half = std::max(size_.rows / 2, 1);
        {
            MutexGuard guard(lock_);
            display_.scroll_view(result.action == KeyAction::ScrollUp ? half : -half);
        }
        changed();
        break;
    }
    case KeyAction::Reboot: ctrl_alt_del(); break;
    }
}

void ScreenConsole::show_lamps() { set_keyboard_lamps({keys_.scroll_lock(), keys_.num_lock(), keys_.caps_lock()}); }

Result<i64> ScreenConsole::ioctl(u32 command, u64 argument) {
    switch (command) {
    case kKdgkbtype:
        TRY(UserPtr<u8>(argument).store(kKeyboard101));
        return 0;
    case kKdgetmode:
        TRY(UserPtr<int>(argument).store(kTextMode));
        return 0;
    case kKdsetmode: // graphics would need a way to draw
        if (argument != kTextMode) return Error(Errno::EINVAL);
        return 0;
    case kKdgkbmode:
        TRY(UserPtr<int>(argument).store(kUnicodeKeyboard));
        return 0;
    case kKdskbmode:
        if (argument != kUnicodeKeyboard) return Error(Errno::EINVAL);
        return 0;
    case kKdgkbled:
    case kKdgetled:
        TRY(UserPtr<u8>(argument).store(static_cast<u8>(keys_.scroll_lock() | keys_.num_lock() << 1 | keys_.caps_lock() << 2)));
        return 0;
    case kVtOpenqry:
        TRY(UserPtr<int>(argument).store(-1)); // no further terminal is free
        return 0;
    case kVtGetstate:
        TRY(UserPtr<VtState>(argument).store({1, 0, 0b11}));
        return 0;
    case kVtActivate:
    case kVtWaitactive:
        if (argument != 1) return Error(Errno::ENXIO);
        return 0;
    default:
        return Error(Errno::ENOTTY);
    }
}

Result<void> ScreenConsole::start_log() {
    Ref<Thread> thread = TRY(Thread::create_kernel_thread("screen-log", follow_log, this));
    thread->start();
    return {};
}

void ScreenConsole::follow_log(void* context) {
    auto& console = *static_cast<ScreenConsole*>(context);
    u64 sequence = first_log_sequence();
    static char text[kLogTextMax];
    for (;;) {
        log_wait_queue().wait_uninterruptible([&] { return next_log_sequence() > sequence; });
        while (std::optional<LogRecord> record = read_log(sequence, text)) {
            sequence = record->sequence + 1;
            if (static_cast<u32>(record->level) >= console_log_level()) continue;
            char stamp[32];
            u64 microseconds = record->timestamp_ns / 1000;
            usize size = format(stamp, "[%5llu.%06llu] ", static_cast<unsigned long long>(microseconds / 1'000'000),
                                static_cast<unsigned long long>(microseconds % 1'000'000));
            MutexGuard guard(console.lock_);
            console.write_text({stamp, size});
            console.write_text(record->text);
            console.write_text("\n");
        }
        console.changed();
    }
}

} // namespace martlet
