#include "dev/terminal/mouse_report.h"

#include "base/format.h"

namespace martlet {
namespace {

bool is_wanted(const MouseReport& report, MouseReports wanted) {
    switch (wanted) {
    case MouseReports::None: return false;
    case MouseReports::Presses: return report.action == MouseAction::Press && report.button < MouseButton::None;
    case MouseReports::Buttons: return report.action != MouseAction::Move;
    case MouseReports::Drags: return report.action != MouseAction::Move || report.button != MouseButton::None;
    case MouseReports::All: return true;
    }
    return false;
}

} // namespace

usize encode_mouse_report(const MouseReport& report, const TerminalModes& modes, std::span<char> to) {
    constexpr u32 kMotion = 32, kReleased = 3, kOffset = 32, kLargest = 223;
    if (!is_wanted(report, modes.mouse_reports)) return 0;
    u32 code = static_cast<u32>(report.button);
    if (report.action == MouseAction::Move) code += kMotion;
    if (modes.mouse_reports != MouseReports::Presses) code += static_cast<u32>(report.modifiers) << 2;
    u32 x = report.column + 1, y = report.row + 1;
    if (modes.mouse_sgr)
        return format(to, "\033[<%u;%u;%u%c", code, x, y, report.action == MouseAction::Release ? 'm' : 'M');
    if (x > kLargest || y > kLargest) return 0; // has no place in a byte
    if (report.action == MouseAction::Release) code = (code & ~3u) | kReleased;
    return format(to, "\033[M%c%c%c", static_cast<char>(code + kOffset), static_cast<char>(x + kOffset),
                  static_cast<char>(y + kOffset));
}

} // namespace martlet
