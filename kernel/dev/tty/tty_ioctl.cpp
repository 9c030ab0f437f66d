// Tty: ioctl requests (ioctl_tty(2)).
//
// Requests that change the terminal are subject to job control as a write with TOSTOP is (POSIX.1-2017 11.1.4); so each
// group begins with check_terminal_access where Linux does.
#include <algorithm>

#include "dev/tty/tty.h"
#include "mm/user_access.h"
#include "proc/signal_set.h"
#include "proc/task.h"

namespace martlet {
namespace {

bool has_capability(Capability capability) {
    Task* task = current_task_or_null();
    return !task || task->credentials().has(capability);
}

UserTermios to_user(const Termios& settings) {
    UserTermios user{settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag, settings.c_line, {}};
    std::copy_n(settings.c_cc, kControlCharacterCount, user.c_cc);
    return user;
}

UserTermio to_system_v(const Termios& settings) {
    UserTermio user{static_cast<u16>(settings.c_iflag), static_cast<u16>(settings.c_oflag),
                    static_cast<u16>(settings.c_cflag), static_cast<u16>(settings.c_lflag), settings.c_line, {}};
    std::copy_n(settings.c_cc, sizeof(user.c_cc), user.c_cc);
    return user;
}

Result<Termios> from_user(u64 argument, Termios settings) {
    UserTermios user = TRY(UserPtr<UserTermios>(argument).load());
    settings.c_iflag = user.c_iflag;
    settings.c_oflag = user.c_oflag;
    settings.c_cflag = user.c_cflag;
    settings.c_lflag = user.c_lflag;
    settings.c_line = user.c_line;
    std::copy_n(user.c_cc, kControlCharacterCount, settings.c_cc);
    return settings;
}

/// The System V form sets the low 16 bits and eight control characters.
Result<Termios> from_system_v(u64 argument, Termios settings) {
    UserTermio user = TRY(UserPtr<UserTermio>(argument).load());
    auto merge = [](u32& whole, u16 low) { whole = (whole & 0xffff0000) | low; };
    merge(settings.c_iflag, user.c_iflag);
    merge(settings.c_oflag, user.c_oflag);
    merge(settings.c_cflag, user.c_cflag);
    merge(settings.c_lflag, user.c_lflag);
    settings.c_line = user.c_line;
    std::copy_n(user.c_cc, sizeof(user.c_cc), settings.c_cc);
    return settings;
}

Result<i64> store_int(u64 argument, int value) {
    TRY(UserPtr<int>(argument).store(value));
    return 0;
}

/// Bits, and control characters, that are set in `locked` keep their old values (TIOCSLCKTRMIOS).
void keep_locked(Termios& settings, const Termios& old, const Termios& locked) {
    auto keep = [](u32& flags, u32 old_flags, u32 locked_flags) {
        flags = (flags & ~locked_flags) | (old_flags & locked_flags);
    };
    keep(settings.c_iflag, old.c_iflag, locked.c_iflag);
    keep(settings.c_oflag, old.c_oflag, locked.c_oflag);
    keep(settings.c_cflag, old.c_cflag, locked.c_cflag);
    keep(settings.c_lflag, old.c_lflag, locked.c_lflag);
    if (locked.c_line) settings.c_line = old.c_line;
    for (usize index = 0; index < kControlCharacterCount; ++index)
        if (locked.c_cc[index]) settings.c_cc[index] = old.c_cc[index];
}

} // namespace

Termios Tty::termios() {
    MutexGuard guard(lock_);
    return discipline_.termios();
}

Result<i64> Tty::ioctl(u32 command, u64 argument, u32 file_generation, bool can_read) {
    if (file_generation != generation()) return Error(command == kTiocspgrp ? Errno::ENOTTY : Errno::EIO);
    switch (command) {
    case kTcgets: case kTcsets: case kTcsetsw: case kTcsetsf: case kTcgeta: case kTcseta: case kTcsetaw: case kTcsetaf:
    case kTcgets2: case kTcsets2: case kTcsetsw2: case kTcsetsf2: case kTiocgsoftcar: case kTiocssoftcar:
    case kTiocglcktrmios: case kTiocslcktrmios:
        return ioctl_settings(command, argument, file_generation);
    case kTcsbrk: case kTcsbrkp: case kTiocsbrk: case kTioccbrk: case kTcxonc: case kTcflsh: case kTiocoutq:
    case kFionread: case kTiocgwinsz: case kTiocswinsz: case kTiocexcl: case kTiocnxcl: case kTiocgexcl:
    case kTiocgetd: case kTiocsetd: case kTiocgdev:
        return ioctl_line(command, argument, file_generation);
    case kTiocsctty: case kTiocnotty: case kTiocgpgrp: case kTiocspgrp: case kTiocgsid: case kTiocvhangup:
        return ioctl_session(command, argument, can_read);
    case kTiocmget: case kTiocmset: case kTiocmbis: case kTiocmbic:
        return ioctl_modem(command, argument);
    case kTiocsti: // feeding another's terminal: refused, as Linux does with dev.tty.legacy_tiocsti=0
        return Error(Errno::EIO);
    default:
        return driver_.ioctl(command, argument);
    }
}

Result<i64> Tty::ioctl_settings(u32 command, u64 argument, u32 file_generation) {
    Termios old = termios();
    auto change = [&](Result<Termios> settings, ApplyWhen when) -> Result<i64> {
        if (!settings) return Error(settings.error());
        TRY(change_termios(*settings, when, file_generation));
        return 0;
    };
    switch (command) {
    case kTcgets:
        TRY(UserPtr<UserTermios>(argument).store(to_user(old)));
        return 0;
    case kTcgets2:
        TRY(UserPtr<Termios>(argument).store(old));
        return 0;
    case kTcgeta:
        TRY(UserPtr<UserTermio>(argument).store(to_system_v(old)));
        return 0;
    case kTiocgsoftcar:
        return store_int(argument, (old.c_cflag & kClocal) != 0);
    case kTiocssoftcar: {
        int value = TRY(UserPtr<int>(argument).load());
        old.c_cflag = (old.c_cflag & ~kClocal) | (value ? kClocal : 0);
        return change(old, ApplyWhen::Now);
    }
    case kTiocglcktrmios: {
        MutexGuard guard(lock_);
        TRY(UserPtr<UserTermios>(argument).store(to_user(locked_)));
        return 0;
    }
    case kTiocslcktrmios: {
        if (!has_capability(Capability::SysAdmin)) return Error(Errno::EPERM);
        Termios locked = TRY(from_user(argument, {}));
        MutexGuard guard(lock_);
        locked_ = locked;
        return 0;
    }
    default:
        break;
    }
    TRY(check_terminal_access(*this, TerminalUse::Write));
    switch (command) {
    case kTcsets: return change(from_user(argument, old), ApplyWhen::Now);
    case kTcsetsw: return change(from_user(argument, old), ApplyWhen::AfterOutput);
    case kTcsetsf: return change(from_user(argument, old), ApplyWhen::AfterOutputFlushInput);
    case kTcsets2: return change(UserPtr<Termios>(argument).load(), ApplyWhen::Now);
    case kTcsetsw2: return change(UserPtr<Termios>(argument).load(), ApplyWhen::AfterOutput);
    case kTcsetsf2: return change(UserPtr<Termios>(argument).load(), ApplyWhen::AfterOutputFlushInput);
    case kTcseta: return change(from_system_v(argument, old), ApplyWhen::Now);
    case kTcsetaw: return change(from_system_v(argument, old), ApplyWhen::AfterOutput);
    default: return change(from_system_v(argument, old), ApplyWhen::AfterOutputFlushInput);
    }
}

Result<void> Tty::change_termios(Termios settings, ApplyWhen when, u32 file_generation) {
    normalise_speeds(settings);
    if (when != ApplyWhen::Now) TRY(wait_until_sent(file_generation));
    {
        MutexGuard guard(lock_);
        if (when == ApplyWhen::AfterOutputFlushInput) {
            RawInput discarded[64];
            while (raw_.pop(discarded) != 0) {
            }
            discipline_.flush_input();
            driver_.input_flushed();
        }
        keep_locked(settings, discipline_.termios(), locked_);
        driver_.set_termios(settings);
        discipline_.set_termios(settings);
        settings_sequence_.fetch_add(1, std::memory_order_acq_rel);
        publish_input();
    }
    input_queue_.wake_all(); // readers take up the new mode
    if (when == ApplyWhen::AfterOutputFlushInput) driver_.resume_input();
    return {};
}

Result<void> Tty::wait_until_sent(u32 file_generation) {
    return output_queue_.wait([&] { return driver_.pending() == 0 || file_generation != generation(); });
}

Result<i64> Tty::ioctl_line(u32 command, u64 argument, u32 file_generation) {
    switch (command) {
    case kTcsbrk: // tcsendbreak(0), or tcdrain
    case kTcsbrkp:
        TRY(check_terminal_access(*this, TerminalUse::Write));
        TRY(wait_until_sent(file_generation));
        if (command == kTcsbrk && argument != 0) return 0;
        TRY(send_break((argument != 0 ? std::min<u64>(argument, 100) * 100 : 250) * kNanosecondsPerMillisecond));
        return 0;
    case kTiocsbrk:
    case kTioccbrk:
        TRY(check_terminal_access(*this, TerminalUse::Write));
        TRY(wait_until_sent(file_generation));
        TRY(driver_.set_break(command == kTiocsbrk ? TtyDriver::BreakState::On : TtyDriver::BreakState::Off));
        return 0;
    case kTcxonc:
        TRY(check_terminal_access(*this, TerminalUse::Write));
        TRY(flow_action(argument));
        return 0;
    case kTcflsh:
        TRY(check_terminal_access(*this, TerminalUse::Write));
        TRY(flush_queues(argument));
        return 0;
    case kTiocoutq: return store_int(argument, static_cast<int>(driver_.pending()));
    case kFionread: {
        usize bytes;
        {
            MutexGuard guard(lock_);
            bytes = discipline_.readable_bytes();
        }
        return store_int(argument, static_cast<int>(bytes));
    }
    case kTiocgwinsz:
        TRY(UserPtr<WindowSize>(argument).store(window_size()));
        return 0;
    case kTiocswinsz:
        set_window_size(TRY(UserPtr<WindowSize>(argument).load()));
        return 0;
    case kTiocexcl:
    case kTiocnxcl: {
        MutexGuard guard(lock_);
        is_exclusive_ = command == kTiocexcl;
        return 0;
    }
    case kTiocgexcl: {
        bool exclusive;
        {
            MutexGuard guard(lock_);
            exclusive = is_exclusive_;
        }
        return store_int(argument, exclusive);
    }
    case kTiocgetd: return store_int(argument, 0); // N_TTY
    case kTiocsetd: {
        int discipline = TRY(UserPtr<int>(argument).load());
        if (discipline != 0) return Error(Errno::EINVAL); // there is no other line discipline
        return 0;
    }
    default: // kTiocgdev
        TRY(UserPtr<u32>(argument).store(static_cast<u32>(device_number_)));
        return 0;
    }
}

Result<void> Tty::send_break(u64 duration_ns) {
    TRY(driver_.set_break(TtyDriver::BreakState::On));
    Result<void> waited = sleep_until(Deadline::after(duration_ns));
    TRY(driver_.set_break(TtyDriver::BreakState::Off));
    if (!waited && waited.error() != Errno::ETIMEDOUT) return Error(Errno::EINTR);
    return {};
}

Result<void> Tty::flow_action(u64 action) {
    constexpr u64 kOutputOff = 0, kOutputOn = 1, kInputOff = 2, kInputOn = 3;
    switch (action) {
    case kOutputOff: case kOutputOn: return hold_output(action == kOutputOff), Result<void>();
    case kInputOff: return send_character(termios().c_cc[kVstop]), Result<void>();
    case kInputOn: return send_character(termios().c_cc[kVstart]), Result<void>();
    default: return Error(Errno::EINVAL);
    }
}

void Tty::hold_output(bool hold) {
    MutexGuard guard(lock_);
    stopped_by_request_ = hold;
    if (!hold) stopped_by_character_ = false;
    apply_flow();
}

void Tty::send_character(u8 byte) {
    if (byte == kDisabledCharacter) return;
    MutexGuard guard(lock_);
    driver_.write({&byte, 1});
}

Result<void> Tty::flush_queues(u64 which) {
    constexpr u64 kInput = 0, kOutput = 1, kBoth = 2;
    if (which > kBoth) return Error(Errno::EINVAL);
    {
        MutexGuard guard(lock_);
        if (which != kOutput) {
            RawInput discarded[64];
            while (raw_.pop(discarded) != 0) {
            }
            discipline_.flush_input();
            publish_input();
            driver_.input_flushed();
        }
        if (which != kInput) {
            echo_count_ = 0;
            driver_.flush_output();
        }
    }
    if (which != kInput) output_queue_.wake_all();
    if (which != kOutput) driver_.resume_input();
    return {};
}

Result<i64> Tty::ioctl_session(u32 command, u64 argument, bool can_read) {
    switch (command) {
    case kTiocsctty:
        if (!can_read && !has_capability(Capability::SysAdmin)) return Error(Errno::EPERM);
        TRY(set_controlling_terminal(*this, argument == 1));
        return 0;
    case kTiocnotty:
        TRY(give_up_controlling_terminal(*this));
        return 0;
    case kTiocgpgrp: return store_int(argument, TRY(foreground_group_id(*this)));
    case kTiocspgrp: {
        TRY(check_terminal_access(*this, TerminalUse::Write));
        int group = TRY(UserPtr<int>(argument).load());
        TRY(set_foreground_group(*this, group));
        return 0;
    }
    case kTiocgsid: return store_int(argument, TRY(terminal_session_id(*this)));
    default: // kTiocvhangup
        if (!has_capability(Capability::SysAdmin)) return Error(Errno::EPERM);
        line_hang_up();
        return 0;
    }
}

Result<i64> Tty::ioctl_modem(u32 command, u64 argument) {
    u32 lines = TRY(driver_.modem_lines());
    if (command == kTiocmget) return store_int(argument, static_cast<int>(lines));
    u32 value = TRY(UserPtr<u32>(argument).load());
    constexpr u32 kSettable = kModemDtr | kModemRts | kModemOut1 | kModemOut2 | kModemLoop;
    if (command == kTiocmbis)
        value = lines | (value & kSettable);
    else if (command == kTiocmbic)
        value = lines & ~(value & kSettable);
    TRY(driver_.set_modem_lines(value & kSettable));
    return 0;
}

} // namespace martlet
