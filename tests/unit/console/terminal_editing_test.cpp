// The terminal emulator: erasing, inserting, deleting, repeating.
#include "terminal_fixture.h"

namespace martlet {

class TerminalEditingTest : public TerminalTest {
protected:
    TerminalEditingTest() { write("0123456789\r\nabcdefghij\r\nABCDEFGHIJ\r\nklmno\r\npqrst"); }
};

TEST_F(TerminalEditingTest, EraseInLine) {
    write("\033[1;4H\033[K\033[2;4H\033[1K\033[3;4H\033[2K");
    EXPECT_EQ(rows(), "012|    efghij||klmno|pqrst|");
    EXPECT_EQ(cursor(), "2,3");
}

TEST_F(TerminalEditingTest, EraseInDisplay) {
    write("\033[3;4H\033[J");
    EXPECT_EQ(rows(), "0123456789|abcdefghij|ABC|");
    write("\033[2;4H\033[1J");
    EXPECT_EQ(rows(), "|    efghij|ABC|");
    write("\033[2J");
    EXPECT_EQ(rows(), "|");
}

TEST_F(TerminalEditingTest, ErasedCellsTakeTheBackground) {
    write("\033[44m\033[2J");
    EXPECT_EQ(cell(3, 3).background, 4u);
    write("\033[5;1H\n");
    EXPECT_EQ(cell(4, 0).background, 4u);
}

TEST_F(TerminalEditingTest, EraseInLineCancelsThePendingWrap) {
    write("\033[1;10HX\033[KY");
    EXPECT_EQ(row(0), "012345678Y");
    EXPECT_EQ(row(1), "abcdefghij");
}

TEST_F(TerminalEditingTest, CharactersAreInsertedDeletedAndErased) {
    write("\033[1;3H\033[2@\033[2;3H\033[2P\033[3;3H\033[2X");
    EXPECT_EQ(rows(), "01  234567|abefghij|AB  EFGHIJ|klmno|pqrst|");
    write("\033[1;3H\033[99@\033[2;3H\033[99P\033[3;3H\033[99X");
    EXPECT_EQ(rows(), "01|ab|AB|klmno|pqrst|");
}

TEST_F(TerminalEditingTest, LinesAreInsertedAndDeletedInTheRegion) {
    write("\033[2;4r\033[3;3H\033[L");
    EXPECT_EQ(rows(), "0123456789|abcdefghij||ABCDEFGHIJ|pqrst|");
    EXPECT_EQ(cursor(), "2,0");
    write("\033[2;1H\033[2M");
    EXPECT_EQ(rows(), "0123456789|ABCDEFGHIJ|||pqrst|");
    write("\033[1;1H\033[9M"); // outside the region: nothing
    EXPECT_EQ(row(0), "0123456789");
}

TEST_F(TerminalEditingTest, ScrollUpAndDownSequences) {
    write("\033[2S");
    EXPECT_EQ(rows(), "ABCDEFGHIJ|klmno|pqrst|");
    write("\033[T");
    EXPECT_EQ(rows(), "|ABCDEFGHIJ|klmno|pqrst|");
}

TEST_F(TerminalEditingTest, InsertModeShiftsTheLine) {
    write("\033[1;3H\033[4hXY\033[4lZ");
    EXPECT_EQ(row(0), "01XYZ34567");
}

TEST_F(TerminalEditingTest, RepeatsTheLastCharacter) {
    write("\033[H\033[2Jx\033[3b");
    EXPECT_EQ(row(0), "xxxx");
    write("\r\n漢\033[b");
    EXPECT_EQ(row(1), "漢漢");
}

TEST_F(TerminalEditingTest, DeletingHalfOfAWideCharacterBlanksTheOther) {
    write("\033[H\033[2J漢字x\033[1;2H\033[P");
    EXPECT_EQ(row(0), " 字x");
}

} // namespace martlet
