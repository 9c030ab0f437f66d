// Drawing text on a linear framebuffer.
#include "dev/screen/framebuffer_screen.h"

#include <algorithm>

#include "dev/terminal/palette.h"

namespace martlet {
namespace {

constexpr u32 kUnderlineLine = kFontHeight - 2, kStrikeLine = kFontHeight / 2;

u32 channel(u32 value, u8 bits, u8 shift) {
    u32 scaled = bits >= 8 ? value << (bits - 8) : value >> (8 - bits);
    return scaled << shift;
}

} // namespace

bool FramebufferScreen::is_supported(const Framebuffer& framebuffer) {
    u8 depth = framebuffer.bits_per_pixel;
    return (depth == 32 || depth == 24 || depth == 16 || depth == 15) && framebuffer.width >= 2 * kFontWidth &&
           framebuffer.height >= kFontHeight && framebuffer.pitch_bytes >= framebuffer.width * ((depth + 7u) / 8);
}

FramebufferScreen::FramebufferScreen(const Framebuffer& framebuffer, volatile u8* memory)
    : framebuffer_(framebuffer), memory_(memory) {
    for (u32 index = 0; index < kIndexedColors; ++index)
        pixels_[index] = pixel_of(color_table.rgb(static_cast<ColorIndex>(index)));
    // The display draws every cell; the edges that are no cell's are black.
    usize line_bytes = static_cast<usize>(framebuffer.width) * ((framebuffer.bits_per_pixel + 7u) / 8);
    usize text_bytes = static_cast<usize>(columns()) * kFontWidth * ((framebuffer.bits_per_pixel + 7u) / 8);
    for (u32 line = 0; line < framebuffer.height; ++line) {
        volatile u8* place = memory_ + static_cast<usize>(line) * framebuffer.pitch_bytes;
        for (usize byte = line < rows() * kFontHeight ? text_bytes : 0; byte < line_bytes; ++byte) place[byte] = 0;
    }
}

u32 FramebufferScreen::pixel_of(Rgb color) const {
    return channel(color.red, framebuffer_.red_bits, framebuffer_.red_shift) |
           channel(color.green, framebuffer_.green_bits, framebuffer_.green_shift) |
           channel(color.blue, framebuffer_.blue_bits, framebuffer_.blue_shift);
}

void FramebufferScreen::draw(u32 row, u32 column, std::span<const Cell> cells) {
    for (Cell cell : cells) draw_cell(row, column++, cell);
    if (row == cursor_row_ && cursor_column_ < column && cursor_column_ + cells.size() >= column)
        cursor_row_ = kNoCursor;
}

void FramebufferScreen::show_cursor(u32 row, u32 column, Cell under, CursorShape shape) {
    if (row == cursor_row_ && column == cursor_column_ && under == cursor_cell_ && shape == cursor_shape_) return;
    hide_cursor();
    cursor_row_ = row;
    cursor_column_ = column;
    cursor_cell_ = under;
    cursor_shape_ = shape;
    draw_cell(row, column, under, shape);
}

void FramebufferScreen::hide_cursor() {
    if (cursor_row_ == kNoCursor) return;
    draw_cell(cursor_row_, cursor_column_, cursor_cell_);
    cursor_row_ = kNoCursor;
}

/// The glyph as its attributes make it: slanted by a pixel for every four lines, with lines through and under it.
void FramebufferScreen::draw_cell(u32 row, u32 column, Cell cell, std::optional<CursorShape> cursor) {
    // The font has no wide glyphs: the character's box is two fallback glyphs side by side.
    const u8* glyph = cell.is_wide_lead || cell.is_wide_tail ? font_glyphs[0] : font_glyph(cell.code_point);
    u8 changed[kFontHeight];
    if (cell.is_italic || cell.is_underlined || cell.is_struck || (cursor && *cursor != CursorShape::Block)) {
        for (u32 line = 0; line < kFontHeight; ++line) {
            u32 bits = glyph[line];
            if (cell.is_italic) bits = line < kFontHeight / 2 ? bits >> (2 - line / 4) : bits << (line / 4 - 2);
            changed[line] = static_cast<u8>(bits);
        }
        if (cell.is_underlined) changed[kUnderlineLine] = 0xff;
        if (cell.is_struck) changed[kStrikeLine] = 0xff;
        for (u32 line = 0; cursor && line < kFontHeight; ++line) {
            if (*cursor == CursorShape::Bar) changed[line] |= 0xc0;
            if (*cursor == CursorShape::Underline && line >= kFontHeight - 2) changed[line] = 0xff;
        }
        glyph = changed;
    }
    u32 foreground = pixel_of(static_cast<ColorIndex>(cell.foreground)),
        background = pixel_of(static_cast<ColorIndex>(cell.background));
    if (cursor == CursorShape::Block) {
        std::swap(foreground, background);
        if (foreground == background) foreground = ~background;
    }
    u32 pixel_bytes = (framebuffer_.bits_per_pixel + 7u) / 8;
    volatile u8* place = memory_ + static_cast<usize>(row) * kFontHeight * framebuffer_.pitch_bytes +
                         static_cast<usize>(column) * kFontWidth * pixel_bytes;
    if (pixel_bytes == 4)
        draw_glyph<u32>(place, glyph, foreground, background);
    else if (pixel_bytes == 2)
        draw_glyph<u16>(place, glyph, foreground, background);
    else
        draw_glyph_24(place, glyph, foreground, background);
}

template <typename Pixel>
void FramebufferScreen::draw_glyph(volatile u8* place, const u8* glyph, u32 foreground, u32 background) {
    constexpr u32 kPixelsPerWord = sizeof(u64) / sizeof(Pixel), kPixelBits = 8 * sizeof(Pixel);
    // Every combination of pixels that share a word.
    u64 words[1u << kPixelsPerWord];
    for (u32 bits = 0; bits < 1u << kPixelsPerWord; ++bits) {
        u64 word = 0;
        for (u32 pixel = 0; pixel < kPixelsPerWord; ++pixel) {
            u32 value = bits >> (kPixelsPerWord - 1 - pixel) & 1 ? foreground : background;
            word |= static_cast<u64>(static_cast<Pixel>(value)) << (pixel * kPixelBits);
        }
        words[bits] = word;
    }
    for (u32 line = 0; line < kFontHeight; ++line, place += framebuffer_.pitch_bytes) {
        u32 bits = glyph[line];
        auto* to = reinterpret_cast<volatile u64*>(place);
        for (u32 shift = kFontWidth; shift > 0; shift -= kPixelsPerWord)
            *to++ = words[bits >> (shift - kPixelsPerWord) & ((1u << kPixelsPerWord) - 1)];
    }
}

void FramebufferScreen::draw_glyph_24(volatile u8* place, const u8* glyph, u32 foreground, u32 background) {
    for (u32 line = 0; line < kFontHeight; ++line, place += framebuffer_.pitch_bytes) {
        u32 bits = glyph[line];
        volatile u8* to = place;
        for (u32 pixel = 0; pixel < kFontWidth; ++pixel, to += 3) {
            u32 value = bits >> (kFontWidth - 1 - pixel) & 1 ? foreground : background;
            to[0] = static_cast<u8>(value);
            to[1] = static_cast<u8>(value >> 8);
            to[2] = static_cast<u8>(value >> 16);
        }
    }
}

} // namespace martlet
