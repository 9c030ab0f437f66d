// VgaTextScreen: the 80x25 text mode of VGA that the BIOS leaves behind (IBM VGA Technical Reference): cells of a code page
// 437 character and an attribute at physical 0xb8000, and a hardware cursor.
#pragma once
#include "dev/terminal/screen.h"

namespace martlet {

class VgaTextScreen final : public Screen {
public:
    static constexpr u32 kColumns = 80, kRows = 25;
    static constexpr u64 kPhysicalAddress = 0xb8000;

    explicit VgaTextScreen(volatile u16* memory);

    u32 columns() const override { return kColumns; }
    u32 rows() const override { return kRows; }
    void draw(u32 row, u32 column, std::span<const Cell> cells) override;
    void show_cursor(u32 row, u32 column, Cell under, CursorShape shape) override;
    void hide_cursor() override;

private:
    volatile u16* memory_;
    u16 cursor_ = 0xffff; // its place in cells, or hidden
    CursorShape shape_ = CursorShape::Block;
};

} // namespace martlet
