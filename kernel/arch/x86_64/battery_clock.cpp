// The MC146818 real-time clock: read once at boot, without waiting for its seconds to change.
#include "arch/cpu.h"
#include "arch/io_port.h"
#include "arch/start.h"
#include "arch/x86_64/acpi.h"
#include "time/calendar.h"

namespace martlet {
namespace {

u8 read_register(u8 index) {
    port_write_u8(0x70, index);
    return port_read_u8(0x71);
}

u32 from_bcd(u32 value) { return (value >> 4) * 10 + (value & 0xf); }

struct Registers {
    u8 second, minute, hour, day, month, year, century;
    bool operator==(const Registers&) const = default;
};

Registers read_registers() {
    u8 century_index = acpi_info().century_register;
    return {read_register(0), read_register(2), read_register(4), read_register(7), read_register(8), read_register(9),
            century_index != 0 && century_index < 0x80 ? read_register(century_index) : u8(0)};
}

} // namespace

u64 read_battery_clock() {
    // An update between two reads shows as a difference: two equal readings are one time (data sheet, update cycle).
    Registers first = read_registers(), second;
    for (u32 attempt = 0; attempt < 10; ++attempt, first = second) {
        second = read_registers();
        if (first == second) break;
    }
    u8 mode = read_register(0xb);
    bool is_binary = mode & 4, is_24_hour = mode & 2;
    auto number = [is_binary](u32 value) { return is_binary ? value : from_bcd(value); };
    bool is_afternoon = !is_24_hour && (first.hour & 0x80);
    u32 hour = number(first.hour & (is_24_hour ? 0xff : 0x7f));
    if (!is_24_hour) hour = hour % 12 + (is_afternoon ? 12 : 0);
    u32 century = number(first.century);
    u32 year = number(first.year);
    year += century >= 19 && century <= 99 ? century * 100 : year < 70 ? 2000 : 1900;
    CalendarTime time{year, number(first.month), number(first.day), hour, number(first.minute), number(first.second)};
    return is_valid(time) ? seconds_since_epoch(time) : 0;
}

} // namespace martlet
