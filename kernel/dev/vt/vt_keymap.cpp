// The requests of ioctl_console(2) about the keymap, which all terminals share. As on Linux, changing it needs
// CAP_SYS_TTY_CONFIG even of the terminal's own user, because others would type with it.
#include <string.h>

#include "dev/vt/screen_console.h"
#include "mm/user_access.h"
#include "proc/credentials.h"
#include "proc/process.h"
#include "proc/signal_set.h"
#include "proc/task.h"

namespace martlet {
namespace {

constexpr i16 kHighestSignal = 64;

template <typename Entry> Result<i64> store_accents(u64 argument, std::span<const Accent> accents) {
    TRY(UserPtr<u32>(argument).store(static_cast<u32>(accents.size())));
    UserPtr<Entry> to(argument + sizeof(u32));
    for (const Accent& accent : accents) {
        using Part = decltype(Entry::base);
        TRY(to.store({static_cast<Part>(accent.mark), static_cast<Part>(accent.base),
                      static_cast<Part>(accent.result)}));
        to = to + 1;
    }
    return 0;
}

template <typename Entry> Result<Vector<Accent>> load_accents(u64 argument) {
    u32 count = TRY(UserPtr<u32>(argument).load());
    if (count > Keymap::kAccentsMax) return Error(Errno::EINVAL);
    Vector<Accent> accents;
    UserPtr<Entry> from(argument + sizeof(u32));
    for (u32 index = 0; index < count; ++index) {
        Entry entry = TRY((from + index).load());
        TRY(accents.push_back({entry.mark, entry.base, entry.result}));
    }
    return accents;
}

} // namespace

std::optional<Result<i64>> ScreenConsole::ioctl_keymap(u32 command, u64 argument, bool allowed) {
    bool may_change = allowed && current_has(Capability::SysTtyConfig);
    switch (command) {
    case kKdgkbent: return key_entry(argument);
    case kKdskbent: return set_key_entry(argument, may_change);
    case kKdgkbsent: case kKdskbsent: return function_string(command, argument, may_change);
    case kKdgkbdiacr: case kKdgkbdiacruc: return accents(command, argument);
    case kKdskbdiacr: case kKdskbdiacruc: return allowed ? set_accents(command, argument) : Error(Errno::EPERM);
    case kKdgetkeycode: case kKdsetkeycode: return key_code(command, argument, may_change);
    case kKdsigaccept: return accept_key_signal(argument, allowed);
    default: return std::nullopt;
    }
}

Result<i64> ScreenConsole::key_entry(u64 argument) {
    KeyEntry entry = TRY(UserPtr<KeyEntry>(argument).load());
    {
        MutexGuard guard(vt_lock);
        entry.value = keymap_.entry(entry.table, entry.index);
    }
    TRY(UserPtr<KeyEntry>(argument).store(entry));
    return 0;
}

Result<i64> ScreenConsole::set_key_entry(u64 argument, bool allowed) {
    KeyEntry entry = TRY(UserPtr<KeyEntry>(argument).load());
    if (!allowed) return Error(Errno::EPERM);
    MutexGuard guard(vt_lock);
    TRY(keymap_.set_entry(entry.table, entry.index, entry.value));
    keys_.forget_modifiers();
    return 0;
}

Result<i64> ScreenConsole::function_string(u32 command, u64 argument, bool allowed) {
    u8 function = TRY(UserPtr<u8>(argument).load());
    Own<KeyString> whole(new (std::nothrow) KeyString{});
    if (!whole) return Error(Errno::ENOMEM);
    whole->function = function;
    if (command == kKdgkbsent) {
        {
            char buffer[32];
            MutexGuard guard(vt_lock);
            std::string_view text = keymap_.function_string(function, buffer);
            memcpy(whole->text, text.data(), text.size());
        }
        usize size = strlen(reinterpret_cast<const char*>(whole->text)) + 1;
        TRY(UserPtr<u8>(argument + 1).store_array({whole->text, size}));
        return 0;
    }
    if (!allowed) return Error(Errno::EPERM);
    String text = TRY(copy_user_string(UserString(argument + 1), Keymap::kStringMax, Errno::EINVAL));
    MutexGuard guard(vt_lock);
    TRY(keymap_.set_function_string(function, text.view()));
    return 0;
}

Result<i64> ScreenConsole::accents(u32 command, u64 argument) {
    Vector<Accent> copy;
    {
        MutexGuard guard(vt_lock);
        for (const Accent& accent : keymap_.accents()) TRY(copy.push_back(accent));
    }
    std::span<const Accent> all(copy.data(), copy.size());
    return command == kKdgkbdiacruc ? store_accents<Accent>(argument, all)
                                    : store_accents<KeyAccents::Entry>(argument, all);
}

Result<i64> ScreenConsole::set_accents(u32 command, u64 argument) {
    Vector<Accent> loaded =
        TRY(command == kKdskbdiacruc ? load_accents<Accent>(argument) : load_accents<KeyAccents::Entry>(argument));
    MutexGuard guard(vt_lock);
    TRY(keymap_.set_accents(std::move(loaded)));
    return 0;
}

/// Scan codes and key codes agree up to 88, and cannot be told otherwise.
Result<i64> ScreenConsole::key_code(u32 command, u64 argument, bool allowed) {
    constexpr u32 kLast = 88;
    KeyCode code = TRY(UserPtr<KeyCode>(argument).load());
    if (command == kKdsetkeycode && !allowed) return Error(Errno::EPERM);
    if (code.scancode == 0 || code.scancode > kLast) return Error(Errno::EINVAL);
    if (command == kKdsetkeycode) {
        if (code.keycode != code.scancode) return Error(Errno::EINVAL);
        return 0;
    }
    code.keycode = code.scancode;
    TRY(UserPtr<KeyCode>(argument).store(code));
    return 0;
}

Result<i64> ScreenConsole::accept_key_signal(u64 argument, bool allowed) {
    if (!allowed || !current_has(Capability::Kill)) return Error(Errno::EPERM);
    if (argument < 1 || argument > kHighestSignal || argument == kSigKill) return Error(Errno::EINVAL);
    const Process& process = current_task().process();
    MutexGuard guard(vt_lock);
    key_signal_owner_ = {process.id(), process.start_time_ns};
    key_signal_ = static_cast<i16>(argument);
    return 0;
}

} // namespace martlet
