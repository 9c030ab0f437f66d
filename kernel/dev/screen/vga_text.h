// VgaTextScreen: the 80x25 text mode of VGA that the BIOS leaves behind (IBM VGA Technical Reference): cells
// of a character and an attribute at physical 0xb8000, a hardware cursor, and the characters' shapes in the
// third of the memory's planes, which shows at 0xa0000 while one is loaded.
#pragma once
#include "dev/screen/vga_glyphs.h"
#include "dev/terminal/screen.h"

namespace martlet {

class VgaTextScreen final : public Screen {
public:
    static constexpr u32 kColumns = 80, kRows = 25;
    static constexpr u64 kPhysicalAddress = 0xb8000;

    static constexpr u64 kShapesPhysicalAddress = 0xa0000, kShapesSize = 256 * 32;

    /// `shapes` may be null: then only the characters of code page 437 show.
    VgaTextScreen(volatile u16* memory, volatile u8* shapes);

    u32 columns() const override { return kColumns; }
    u32 rows() const override { return kRows; }
    void draw(u32 row, u32 column, std::span<const Cell> cells) override;
    void show_cursor(u32 row, u32 column, Cell under, CursorShape shape) override;
    void hide_cursor() override;

private:
    u8 character_of(Cell cell);
    void load_shape(u8 slot, const u8* shape);

    volatile u16* memory_;
    volatile u8* shapes_;
    VgaGlyphs glyphs_;
    u8 shown_[kColumns * kRows] = {}; // characters on the screen
    u16 cursor_ = 0xffff; // its place in cells, or hidden
    CursorShape shape_ = CursorShape::Block;
};

} // namespace martlet
