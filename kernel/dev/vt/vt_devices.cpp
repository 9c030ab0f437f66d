// /dev/tty1 …, made when they are first opened, and /dev/tty0, the active one (console(4)).
#include "base/log.h"
#include "dev/tty/tty_file.h"
#include "dev/vt/screen_console.h"

namespace martlet {
namespace {

constexpr u32 kTtyMajor = 4, kPermissions = 0620;

class VirtualTerminalDevice final : public CharacterDevice {
public:
    explicit VirtualTerminalDevice(u32 number)
        : CharacterDevice(virtual_terminal_name(number), make_device(kTtyMajor, number), kPermissions) {}

    Result<Ref<File>> open(u32 flags, const Path& path) override {
        ScreenConsole* console = screen_console();
        if (!console) return Error(Errno::ENXIO);
        u32 number = device_minor(this->number());
        Ref<VirtualTerminal> terminal = number == 0 ? console->active() : TRY(console->terminal(number));
        return open_tty(*terminal, flags, path,
                        number == 0 ? ControllingTtyPolicy::Never : ControllingTtyPolicy::OnOpen);
    }
};

} // namespace

u32 active_virtual_terminal() {
    ScreenConsole* console = screen_console();
    return console ? console->active_number() : 0;
}

ActiveTerminalChanges& active_terminal_changes() {
    static constinit ActiveTerminalChanges never; // without a screen
    ScreenConsole* console = screen_console();
    return console ? console->changes() : never;
}

void register_virtual_terminals() {
    for (u32 number = 0; number <= kVirtualTerminals; ++number) {
        Result<Ref<VirtualTerminalDevice>> device = make_ref<VirtualTerminalDevice>(number);
        Result<void> registered = device ? register_character_device(*device) : Error(device.error());
        if (!registered)
            log_error("tty%u: cannot register the device: error %d", number,
                      static_cast<int>(registered.error()));
    }
}

} // namespace martlet
