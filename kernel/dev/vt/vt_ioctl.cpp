// The requests of ioctl_console(2), by what they concern. Those that change something need the terminal as controlling
// terminal, or CAP_SYS_TTY_CONFIG, as on Linux.
#include "dev/vt/screen_console.h"
#include "dev/vt/tone.h"
#include "mm/user_access.h"
#include "proc/credentials.h"
#include "time/clock.h"

namespace martlet {
namespace {

template <typename T> Result<i64> store(u64 argument, T value) {
    TRY(UserPtr<T>(argument).store(value));
    return 0;
}

Result<i64> done(Result<void> result) {
    TRY(result);
    return 0;
}

bool may_configure(VirtualTerminal& terminal) {
    return current_has(Capability::SysTtyConfig) || current_controlling_terminal().get() == &terminal;
}

u8 locks_of(const KeyboardSettings& keyboard) {
    return static_cast<u8>(keyboard.locks.scroll | keyboard.locks.num << 1 | keyboard.locks.caps << 2);
}

} // namespace

Result<i64> ScreenConsole::ioctl(VirtualTerminal& terminal, u32 command, u64 argument) {
    bool allowed = may_configure(terminal);
    if (command == kTioclinux) return ioctl_linux(terminal, argument, allowed);
    if (auto answer = ioctl_display(terminal, command, argument, allowed)) return *answer;
    if (auto answer = ioctl_keyboard(terminal, command, argument, allowed)) return *answer;
    if (auto answer = ioctl_keymap(command, argument, allowed)) return *answer;
    if (auto answer = ioctl_switching(terminal, command, argument, allowed)) return *answer;
    return Error(Errno::ENOTTY);
}

std::optional<Result<i64>> ScreenConsole::ioctl_display(VirtualTerminal& terminal, u32 command, u64 argument,
                                                        bool allowed) {
    switch (command) {
    case kKdgetmode: {
        bool graphics;
        {
            MutexGuard guard(vt_lock);
            graphics = terminal.is_graphics;
        }
        return store<int>(argument, graphics ? kDisplayGraphics : kDisplayText);
    }
    case kKdsetmode: {
        if (!allowed) return Error(Errno::EPERM);
        if (argument > kDisplayText1) return Error(Errno::EINVAL);
        MutexGuard guard(vt_lock);
        set_graphics(terminal, argument == kDisplayGraphics);
        return 0;
    }
    case kKiocsound:
        if (!allowed) return Error(Errno::EPERM);
        start_tone((argument & 0xffff) == 0 ? 0 : kTimerFrequencyHz / static_cast<u32>(argument & 0xffff), 0);
        return 0;
    case kKdmktone: // the counter's divisor and, above it, milliseconds
        if (!allowed) return Error(Errno::EPERM);
        start_tone((argument & 0xffff) == 0 ? 0 : kTimerFrequencyHz / static_cast<u32>(argument & 0xffff),
                   (argument >> 16 & 0xffff) * kNanosecondsPerMillisecond);
        return 0;
    case kKdmapdisp: case kKdunmapdisp: return Error(Errno::EINVAL);
    default: return std::nullopt;
    }
}

std::optional<Result<i64>> ScreenConsole::ioctl_keyboard(VirtualTerminal& terminal, u32 command, u64 argument,
                                                         bool allowed) {
    KeyboardSettings keyboard;
    {
        MutexGuard guard(vt_lock);
        keyboard = terminal.keyboard;
    }
    switch (command) {
    case kKdgkbtype: return store<u8>(argument, kKeyboard101);
    case kKdgkbmode: return store<int>(argument, static_cast<int>(keyboard.mode));
    case kKdskbmode: {
        if (!allowed) return Error(Errno::EPERM);
        if (argument > static_cast<u64>(KeyboardMode::Off)) return Error(Errno::EINVAL);
        MutexGuard guard(vt_lock);
        terminal.keyboard.mode = static_cast<KeyboardMode>(argument);
        return 0;
    }
    case kKdgkbmeta: return store<int>(argument, keyboard.meta_sets_bit ? kMetaSetsBit : kMetaSendsEscape);
    case kKdskbmeta: {
        if (argument != kMetaSetsBit && argument != kMetaSendsEscape) return Error(Errno::EINVAL);
        MutexGuard guard(vt_lock);
        terminal.keyboard.meta_sets_bit = argument == kMetaSetsBit;
        return 0;
    }
    case kKdgkbled: return store<u8>(argument, static_cast<u8>(locks_of(keyboard) | keyboard.default_locks << 4));
    case kKdskbled: {
        if (!allowed) return Error(Errno::EPERM);
        if (argument & ~0x77ull) return Error(Errno::EINVAL);
        MutexGuard guard(vt_lock);
        terminal.keyboard.locks = {
            .caps = (argument & 4) != 0, .num = (argument & 2) != 0, .scroll = (argument & 1) != 0};
        terminal.keyboard.default_locks = static_cast<u8>(argument >> 4 & 7);
        show_lamps();
        return 0;
    }
    case kKdgetled: return store<u8>(argument, keyboard.lamps.value_or(locks_of(keyboard)));
    case kKdsetled:
        if (!allowed) return Error(Errno::EPERM);
        return done(set_lamps(terminal, argument));
    default: return std::nullopt;
    }
}

/// More than three bits: the lamps follow the locks again.
Result<void> ScreenConsole::set_lamps(VirtualTerminal& terminal, u64 lamps) {
    MutexGuard guard(vt_lock);
    terminal.keyboard.lamps = lamps > 7 ? std::nullopt : std::optional<u8>(static_cast<u8>(lamps));
    show_lamps();
    return {};
}

std::optional<Result<i64>> ScreenConsole::ioctl_switching(VirtualTerminal& terminal, u32 command,
                                                          u64 argument, bool allowed) {
    switch (command) {
    case kVtSetmode: {
        if (!allowed) return Error(Errno::EPERM);
        Result<VtModeSettings> settings = UserPtr<VtModeSettings>(argument).load();
        return settings ? done(set_switching(terminal, *settings)) : Error(settings.error());
    }
    case kVtGetmode: {
        VtModeSettings settings;
        {
            MutexGuard guard(vt_lock);
            settings = terminal.switching;
        }
        return store(argument, settings);
    }
    case kVtGetstate: return open_mask(argument);
    case kVtOpenqry: return free_number(argument);
    case kVtActivate: return allowed ? activate(argument) : Error(Errno::EPERM);
    case kVtSetactivate: {
        if (!allowed) return Error(Errno::EPERM);
        Result<VtSetActivate> wanted = UserPtr<VtSetActivate>(argument).load();
        if (!wanted) return Error(wanted.error());
        Result<Ref<VirtualTerminal>> target = this->terminal(wanted->console);
        if (!target) return Error(target.error());
        if (Result<void> set = set_switching(**target, wanted->settings); !set) return Error(set.error());
        return activate(wanted->console);
    }
    case kVtWaitactive:
        if (!allowed) return Error(Errno::EPERM);
        if (argument == 0 || argument > kVirtualTerminals) return Error(Errno::ENXIO);
        return done(wait_until_active(static_cast<u32>(argument)));
    case kVtWaitevent: return done(wait_for_switch(argument));
    case kVtReldisp: return allowed ? done(release(terminal, argument)) : Error(Errno::EPERM);
    case kVtDisallocate:
        if (argument > kVirtualTerminals) return Error(Errno::ENXIO);
        if (argument != 0) return done(disallocate(static_cast<u32>(argument)));
        for (u32 number = 2; number <= kVirtualTerminals; ++number) (void)disallocate(number);
        return 0;
    case kVtResize: case kVtResizex: return Error(allowed ? Errno::EINVAL : Errno::EPERM); // the screen has one size
    case kVtLockswitch: case kVtUnlockswitch: {
        if (!current_has(Capability::SysTtyConfig)) return Error(Errno::EPERM);
        MutexGuard guard(vt_lock);
        is_switching_locked_ = command == kVtLockswitch;
        return 0;
    }
    default: return std::nullopt;
    }
}

/// Brings the terminal to the front; a refused switch is no error, as on Linux.
Result<i64> ScreenConsole::activate(u64 number) {
    if (number > kVirtualTerminals) return Error(Errno::ENXIO);
    TRY(terminal(static_cast<u32>(number)));
    MutexGuard guard(vt_lock);
    (void)request_switch(static_cast<u32>(number));
    return 0;
}

Result<i64> ScreenConsole::open_mask(u64 argument) {
    VtState state{0, 0, 1}; // bit 0: tty0, which is always there
    {
        MutexGuard guard(vt_lock);
        state.active = static_cast<u16>(active_->number());
        for (u32 number = 1; number <= kVirtualTerminals; ++number)
            if (is_in_use(number)) state.open_mask |= static_cast<u16>(1u << number);
    }
    return store(argument, state);
}

Result<i64> ScreenConsole::free_number(u64 argument) {
    int free = -1;
    {
        MutexGuard guard(vt_lock);
        for (u32 number = kVirtualTerminals; number > 0; --number)
            if (!is_in_use(number)) free = static_cast<int>(number);
    }
    return store(argument, free);
}

} // namespace martlet
