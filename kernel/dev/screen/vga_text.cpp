// Drawing in VGA text mode.
#include "dev/screen/vga_text.h"

#include "arch/io_port.h"
#include "dev/screen/code_page_437.h"
#include "dev/screen/font.h"
#include "dev/terminal/palette.h"

namespace martlet {
namespace {

constexpr u16 kCrtIndex = 0x3d4, kCrtData = 0x3d5, kInputStatus = 0x3da, kAttribute = 0x3c0, kAttributeRead = 0x3c1;
constexpr u8 kCursorStart = 0x0a, kCursorEnd = 0x0b, kCursorHigh = 0x0e, kCursorLow = 0x0f, kCursorOff = 0x20;
constexpr u16 kSequencer = 0x3c4, kGraphics = 0x3ce; // index, and data at the next port
constexpr u8 kModeControl = 0x10, kScreenOn = 0x20, kBlinkEnable = 0x08;
constexpr u8 kUnderlineColor = 3 | 8, kItalicColor = 2; // VGA colour text has neither

/// ANSI numbers red 1 and blue 4, VGA the other way round.
constexpr u8 vga_color(u32 color) {
    return static_cast<u8>((color & 0b1010) | ((color & 1) << 2) | ((color >> 2) & 1));
}

void write_crt(u8 index, u8 value) {
    port_write_u8(kCrtIndex, index);
    port_write_u8(kCrtData, value);
}

u16 attributes_of(Cell cell) {
    u32 foreground = vga_color(sixteen_color(cell.foreground));
    if (cell.foreground == kDefaultForeground && cell.is_italic) foreground = kItalicColor;
    if (cell.foreground == kDefaultForeground && cell.is_underlined) foreground = kUnderlineColor;
    return static_cast<u16>((vga_color(sixteen_color(cell.background)) << 4 | foreground) << 8);
}

void write_register(u16 port, u8 index, u8 value) {
    port_write_u8(port, index);
    port_write_u8(port + 1, value);
}

} // namespace

VgaTextScreen::VgaTextScreen(volatile u16* memory, volatile u8* shapes) : memory_(memory), shapes_(shapes) {
    // Sixteen background colours instead of blinking.
    (void)port_read_u8(kInputStatus);
    port_write_u8(kAttribute, kModeControl | kScreenOn);
    u8 mode = port_read_u8(kAttributeRead);
    port_write_u8(kAttribute, static_cast<u8>(mode & ~kBlinkEnable));
}

void VgaTextScreen::draw(u32 row, u32 column, std::span<const Cell> cells) {
    volatile u16* place = memory_ + row * kColumns + column;
    for (Cell cell : cells) {
        u8 character = character_of(cell);
        shown_[place - memory_] = character;
        *place++ = static_cast<u16>(attributes_of(cell) | character);
    }
}

u8 VgaTextScreen::character_of(Cell cell) {
    if (cell.is_wide_tail) return ' ';
    if (cell.is_wide_lead) return kCodePage437Fallback;
    if (!shapes_) return code_page_437(static_cast<u32>(cell.code_point));
    VgaGlyphs::Choice choice = glyphs_.choose(static_cast<u32>(cell.code_point), shown_);
    if (choice.shape) load_shape(choice.slot, choice.shape);
    return choice.slot;
}

/// The memory is set to show the plane of the shapes, and back to text.
void VgaTextScreen::load_shape(u8 slot, const u8* shape) {
    constexpr u8 kMapMask = 2, kMemoryMode = 4, kReadMap = 4, kMode = 5, kMiscellaneous = 6;
    write_register(kSequencer, kMapMask, 0x04);
    write_register(kSequencer, kMemoryMode, 0x07);
    write_register(kGraphics, kReadMap, 0x02);
    write_register(kGraphics, kMode, 0x00);
    write_register(kGraphics, kMiscellaneous, 0x04);
    for (u32 line = 0; line < kFontHeight; ++line) shapes_[slot * 32u + line] = shape[line];
    write_register(kSequencer, kMapMask, 0x03);
    write_register(kSequencer, kMemoryMode, 0x03);
    write_register(kGraphics, kReadMap, 0x00);
    write_register(kGraphics, kMode, 0x10);
    write_register(kGraphics, kMiscellaneous, 0x0e);
}

/// The shapes of 16 scan lines; a bar cannot be had, an underline stands for it. The usual cursor is one as well: the
/// hardware's blinking block would hide the character half of the time.
void VgaTextScreen::show_cursor(u32 row, u32 column, Cell, CursorShape shape) {
    u16 place = static_cast<u16>(row * kColumns + column);
    if (place == cursor_ && shape == shape_) return;
    if (cursor_ == 0xffff || shape != shape_) {
        write_crt(kCursorStart, shape == CursorShape::Block ? 13 : 14);
        write_crt(kCursorEnd, 15);
    }
    shape_ = shape;
    cursor_ = place;
    write_crt(kCursorHigh, static_cast<u8>(place >> 8));
    write_crt(kCursorLow, static_cast<u8>(place));
}

void VgaTextScreen::hide_cursor() {
    if (cursor_ == 0xffff) return;
    cursor_ = 0xffff;
    write_crt(kCursorStart, kCursorOff);
}

} // namespace martlet
