// FramebufferScreen: text on a linear framebuffer of 32, 24 or 16 bits per pixel.
//
// Each cell's line of pixels is put together in registers and written in full words; the framebuffer, mapped
// write-combining, is never read. Wide characters are scaled from the fallback glyph if the font has none.
#pragma once
#include <optional>

#include "boot/boot_info.h"
#include "dev/screen/font.h"
#include "dev/terminal/palette.h"
#include "dev/terminal/screen.h"

namespace martlet {

class FramebufferScreen final : public Screen {
public:
    static bool is_supported(const Framebuffer& framebuffer);
    /// `memory` is the mapped framebuffer; the rest of it is cleared.
    FramebufferScreen(const Framebuffer& framebuffer, volatile u8* memory);

    u32 columns() const override { return framebuffer_.width / kFontWidth; }
    u32 rows() const override { return framebuffer_.height / kFontHeight; }
    void draw(u32 row, u32 column, std::span<const Cell> cells) override;
    void show_cursor(u32 row, u32 column, Cell under, CursorShape shape) override;
    void hide_cursor() override;

private:
    static constexpr u32 kNoCursor = ~0u;
    void draw_cell(u32 row, u32 column, Cell cell, std::optional<CursorShape> cursor = std::nullopt);
    template <typename Pixel> void draw_glyph(volatile u8* place, const u8* glyph, u32 foreground, u32 background);
    void draw_glyph_24(volatile u8* place, const u8* glyph, u32 foreground, u32 background);
    u32 pixel_of(Rgb color) const;
    u32 pixel_of(ColorIndex color) const {
        return color < kIndexedColors ? pixels_[color] : pixel_of(color_table.rgb(color));
    }

    Framebuffer framebuffer_;
    volatile u8* memory_;
    u32 pixels_[kIndexedColors]; // the palette in the framebuffer's format
    u32 cursor_row_ = kNoCursor, cursor_column_ = 0;
    Cell cursor_cell_{};
    CursorShape cursor_shape_ = CursorShape::Block;
};

} // namespace martlet
