#include "arch/x86_64/acpi.h"

#include "base/log.h"
#include "boot/boot_memory_window.h"
#include "boot/command_line.h"

namespace martlet {
namespace {
AcpiInfo g_info;
} // namespace

const AcpiInfo& acpi_info() { return g_info; }

void gather_acpi_info() {
    if (command_line_option("acpi") == "off") return;
    BootMemoryWindow window;
    // A pointer from the loader that leads nowhere is no reason not to look for another.
    bool found = parse_acpi(window, boot_info().acpi_rsdp_physical, g_info);
    if (!found && boot_info().acpi_rsdp_physical != 0) found = parse_acpi(window, 0, g_info);
    if (!found) log_warning("ACPI: no usable tables; ISA defaults are used");
}

} // namespace martlet
