// Finds the machine's screen and puts the virtual terminals on it: the loader's framebuffer if there is one,
// else VGA text.
#include <new>

#include "base/init.h"
#include "base/log.h"
#include "boot/boot_info.h"
#include "dev/console/console.h"
#include "dev/device.h"
#include "dev/screen/framebuffer_screen.h"
#include "dev/screen/vga_text.h"
#include "dev/vt/screen_console.h"
#include "mm/frame.h"

namespace martlet {
namespace {

ScreenConsole* the_console = nullptr; // written once, while drivers start

struct FoundScreen {
    Screen* screen = nullptr; // lives for ever
    u16 width_pixels = 0, height_pixels = 0;
};

Result<FoundScreen> find_framebuffer(const Framebuffer& framebuffer) {
    usize size = static_cast<usize>(framebuffer.pitch_bytes) * framebuffer.height;
    void* memory = TRY(map_device({framebuffer.physical_address}, size, DeviceCaching::WriteCombining));
    auto* screen = new (std::nothrow) FramebufferScreen(framebuffer, static_cast<volatile u8*>(memory));
    if (!screen) return Error(Errno::ENOMEM);
    log_info("screen: framebuffer %ux%u, %u bits per pixel, %ux%u characters", framebuffer.width, framebuffer.height,
             framebuffer.bits_per_pixel, screen->columns(), screen->rows());
    return FoundScreen{screen, static_cast<u16>(framebuffer.width), static_cast<u16>(framebuffer.height)};
}

Result<FoundScreen> find_vga_text() {
    constexpr usize kSize = VgaTextScreen::kColumns * VgaTextScreen::kRows * sizeof(u16);
    void* memory = TRY(map_device({VgaTextScreen::kPhysicalAddress}, kSize, DeviceCaching::WriteCombining));
    Result<void*> shapes = map_device({VgaTextScreen::kShapesPhysicalAddress}, VgaTextScreen::kShapesSize,
                                      DeviceCaching::Uncached);
    auto* screen = new (std::nothrow) VgaTextScreen(static_cast<volatile u16*>(memory),
                                                    static_cast<volatile u8*>(shapes.value_or(nullptr)));
    if (!screen) return Error(Errno::ENOMEM);
    log_info("screen: VGA text %ux%u", screen->columns(), screen->rows());
    return FoundScreen{screen, 0, 0};
}

Result<FoundScreen> find_screen() {
    const Framebuffer& framebuffer = boot_info().framebuffer;
    if (framebuffer.physical_address != 0) {
        if (FramebufferScreen::is_supported(framebuffer)) return find_framebuffer(framebuffer);
        log_warning("screen: framebuffer of %ux%u with %u bits per pixel is not supported", framebuffer.width,
                    framebuffer.height, framebuffer.bits_per_pixel);
        return FoundScreen{};
    }
    if (boot_info().has_vga_text) return find_vga_text();
    return FoundScreen{};
}

Result<void> add_screen() {
    FoundScreen found = TRY(find_screen());
    if (!found.screen) {
        log_info("screen: none");
        return {};
    }
    WindowSize size{static_cast<u16>(found.screen->rows()), static_cast<u16>(found.screen->columns()),
                    found.width_pixels, found.height_pixels};
    auto* console = new (std::nothrow) ScreenConsole(*found.screen, size); // lives for ever
    if (!console) return Error(Errno::ENOMEM);
    TRY(console->init());
    the_console = console;
    set_keyboard_listener(*console);
    set_mouse_listener(*console);
    register_virtual_terminals();
    Ref<VirtualTerminal> first = TRY(console->terminal(1));
    add_console(*first, *console, LogReplay::No);
    if (is_console_selected("tty1")) TRY(console->start_log());
    return {};
}

void screen_init() {
    if (Result<void> added = add_screen(); !added) log_error("screen: error %d", static_cast<int>(added.error()));
}
INIT_TASK(Devices, screen_init);

} // namespace

ScreenConsole* screen_console() { return the_console; }

} // namespace martlet
