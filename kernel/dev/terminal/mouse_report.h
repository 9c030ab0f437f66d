// Mouse reports as xterm sends them to programs (ctlseqs, "Mouse Tracking").
#pragma once
#include <span>

#include "dev/terminal/terminal.h"

namespace martlet {

enum class MouseButton : u8 { Left, Middle, Right, None, WheelUp = 64, WheelDown = 65 };
enum class MouseAction : u8 { Press, Release, Move };

struct MouseReport {
    MouseAction action;
    MouseButton button; // of a move: the one that is held down
    u32 row = 0, column = 0;
    u8 modifiers = 0; // Shift 1, Alt 2, Control 4
};

/// The bytes for the program, 0 if it has not asked for such. `to` has room for 32.
usize encode_mouse_report(const MouseReport& report, const TerminalModes& modes, std::span<char> to);

} // namespace martlet
