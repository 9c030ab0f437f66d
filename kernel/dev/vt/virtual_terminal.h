// VirtualTerminal: one of the terminals that share the screen and the keyboard (console(4),
// ioctl_console(2)).
//
// It is made when it is first opened or switched to, and goes with VT_DISALLOCATE when nobody has it open.
// ScreenConsole holds one reference, open files and sessions the others. Which one is active, and everything
// here, is guarded by vt_lock.
#pragma once
#include <optional>

#include "dev/input/key_translator.h"
#include "dev/terminal/terminal.h"
#include "dev/tty/tty.h"
#include "dev/vt/vt_abi.h"

namespace martlet {

class ScreenConsole;

/// Guards the emulators, the display and the keyboard's state; taken under a terminal's own lock. Panics draw
/// without it.
extern Mutex vt_lock;

inline constexpr u32 kVirtualTerminals = 12;

/// The keyboard as one terminal sees it: its mode and its locks.
struct KeyboardSettings {
    KeyboardMode mode = KeyboardMode::Unicode;
    KeyLocks locks;
    u8 default_locks = 0;
    bool meta_sets_bit = false;
    std::optional<u8> lamps; // set by KDSETLED instead of following the locks
};

/// A process that VT_SETMODE names; a number alone could mean another one later.
struct VtOwner {
    int id = 0;
    u64 start_time_ns = 0;
};

/// The driver below the terminal: the emulator and what belongs to it.
class VtLine : public TtyDriver {
public:
    VtLine(ScreenConsole& console, u32 number) : console_(console), number_(number) {}
    u32 number() const { return number_; }

    // TtyDriver
    usize write(std::span<const u8> bytes) override;
    usize room() const override { return kRoom; }
    WindowSize window_size() const override;
    Result<i64> ioctl(u32 command, u64 argument) override;

    Terminal terminal GUARDED_BY(vt_lock);
    KeyboardSettings keyboard GUARDED_BY(vt_lock);
    bool is_graphics GUARDED_BY(vt_lock) = false; // KD_GRAPHICS: a program draws, the text waits
    // Process mode: the owner is asked before the screen is taken away, and told when it is given back.
    VtModeSettings switching GUARDED_BY(vt_lock) = {};
    VtOwner owner GUARDED_BY(vt_lock);
    u32 requested_number GUARDED_BY(vt_lock) = 0; // the switch that waits for the owner's VT_RELDISP

protected:
    ~VtLine() = default;
    ScreenConsole& console_;

private:
    static constexpr usize kRoom = 4096; // the emulator takes everything; a write is cut into pieces of this size
    Tty& tty();
    const u32 number_;
};

class VirtualTerminal final : public VtLine, public Tty {
public:
    /// With a screen of that size. ENOMEM.
    static Result<Ref<VirtualTerminal>> create(ScreenConsole& console, u32 number, const WindowSize& size);
    VirtualTerminal(ScreenConsole& console, u32 number);
    using Tty::ioctl;
    using Tty::window_size;
    using Tty::write;
};

/// "tty1" …
std::string_view virtual_terminal_name(u32 number);

} // namespace martlet
