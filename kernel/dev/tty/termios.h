// The terminal interface of the Linux x86-64 ABI: struct termios and its relatives, flags, and ioctl numbers
// (termios(3), ioctl_tty(2), asm-generic/termbits.h).
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr usize kControlCharacterCount = 19;

/// TCGETS/TCSETS.
struct UserTermios {
    u32 c_iflag, c_oflag, c_cflag, c_lflag;
    u8 c_line;
    u8 c_cc[kControlCharacterCount];
};
static_assert(sizeof(UserTermios) == 36);

/// TCGETS2/TCSETS2, and the kernel's own form: the speeds are numbers.
struct Termios {
    u32 c_iflag, c_oflag, c_cflag, c_lflag;
    u8 c_line;
    u8 c_cc[kControlCharacterCount];
    u32 c_ispeed, c_ospeed;
};
static_assert(sizeof(Termios) == 44);

/// TCGETA/TCSETA (System V).
struct UserTermio {
    u16 c_iflag, c_oflag, c_cflag, c_lflag;
    u8 c_line;
    u8 c_cc[8];
};
static_assert(sizeof(UserTermio) == 18);

struct WindowSize {
    u16 rows, columns, width_pixels, height_pixels;
    bool operator==(const WindowSize&) const = default;
};

// c_iflag
inline constexpr u32 kIgnbrk = 01, kBrkint = 02, kIgnpar = 04, kParmrk = 010, kInpck = 020, kIstrip = 040,
                     kInlcr = 0100, kIgncr = 0200, kIcrnl = 0400, kIuclc = 01000, kIxon = 02000,
                     kIxany = 04000, kIxoff = 010000, kImaxbel = 020000, kIutf8 = 040000;
// c_oflag
inline constexpr u32 kOpost = 01, kOlcuc = 02, kOnlcr = 04, kOcrnl = 010, kOnocr = 020, kOnlret = 040, kOfill = 0100,
                     kTabdly = 014000, kTab3 = 014000;
// c_cflag
inline constexpr u32 kCbaud = 010017, kCbaudex = 010000, kBother = 010000, kCsize = 060, kCs5 = 0, kCs6 = 020,
                     kCs7 = 040, kCs8 = 060, kCstopb = 0100, kCread = 0200, kParenb = 0400, kParodd = 01000,
                     kHupcl = 02000, kClocal = 04000, kCibaudShift = 16, kCibaud = kCbaud << kCibaudShift,
                     kCmspar = 010000000000, kCrtscts = 020000000000;
// c_lflag
inline constexpr u32 kIsig = 01, kIcanon = 02, kEcho = 010, kEchoe = 020, kEchok = 040, kEchonl = 0100, kNoflsh = 0200,
                     kTostop = 0400, kEchoctl = 01000, kEchoprt = 02000, kEchoke = 04000, kFlusho = 010000,
                     kPendin = 040000, kIexten = 0100000, kExtproc = 0200000;
// c_cc
inline constexpr usize kVintr = 0, kVquit = 1, kVerase = 2, kVkill = 3, kVeof = 4, kVtime = 5, kVmin = 6, kVstart = 8,
                       kVstop = 9, kVsusp = 10, kVeol = 11, kVreprint = 12, kVdiscard = 13, kVwerase = 14, kVlnext = 15,
                       kVeol2 = 16;
/// A control character with this value is disabled (_POSIX_VDISABLE).
inline constexpr u8 kDisabledCharacter = 0;

// ioctl(2) requests
inline constexpr u32 kTcgets = 0x5401, kTcsets = 0x5402, kTcsetsw = 0x5403, kTcsetsf = 0x5404,
                     kTcgeta = 0x5405, kTcseta = 0x5406, kTcsetaw = 0x5407, kTcsetaf = 0x5408,
                     kTcsbrk = 0x5409, kTcxonc = 0x540a, kTcflsh = 0x540b, kTiocexcl = 0x540c,
                     kTiocnxcl = 0x540d, kTiocsctty = 0x540e, kTiocgpgrp = 0x540f, kTiocspgrp = 0x5410,
                     kTiocoutq = 0x5411, kTiocsti = 0x5412, kTiocgwinsz = 0x5413, kTiocswinsz = 0x5414,
                     kTiocmget = 0x5415, kTiocmbis = 0x5416, kTiocmbic = 0x5417, kTiocmset = 0x5418,
                     kTiocgsoftcar = 0x5419, kTiocssoftcar = 0x541a, kFionread = 0x541b, kTiocnotty = 0x5422,
                     kTiocsetd = 0x5423, kTiocgetd = 0x5424, kTcsbrkp = 0x5425, kTiocsbrk = 0x5427,
                     kTioccbrk = 0x5428, kTiocgsid = 0x5429, kTiocgexcl = 0x80045440, kTcgets2 = 0x802c542a,
                     kTcsets2 = 0x402c542b, kTcsetsw2 = 0x402c542c, kTcsetsf2 = 0x402c542d,
                     kTiocgdev = 0x80045432, kTiocvhangup = 0x5437, kTiocglcktrmios = 0x5456,
                     kTiocslcktrmios = 0x5457;

// TIOCM* modem lines
inline constexpr u32 kModemDtr = 0x002, kModemRts = 0x004, kModemCts = 0x020, kModemCarrier = 0x040, kModemRing = 0x080,
                     kModemDsr = 0x100, kModemOut1 = 0x2000, kModemOut2 = 0x4000, kModemLoop = 0x8000;

/// What a terminal starts with (stty sane).
constexpr Termios default_termios() {
    Termios termios{};
    termios.c_iflag = kIcrnl | kIxon | kIutf8 | kImaxbel | kBrkint;
    termios.c_oflag = kOpost | kOnlcr;
    termios.c_cflag = 0x1002 /* B115200 */ | kCs8 | kCread | kHupcl | kClocal;
    termios.c_lflag = kIsig | kIcanon | kEcho | kEchoe | kEchok | kEchoctl | kEchoke | kIexten;
    u8* characters = termios.c_cc;
    characters[kVintr] = 3;
    characters[kVquit] = 28;
    characters[kVerase] = 127;
    characters[kVkill] = 21;
    characters[kVeof] = 4;
    characters[kVmin] = 1;
    characters[kVstart] = 17;
    characters[kVstop] = 19;
    characters[kVsusp] = 26;
    characters[kVreprint] = 18;
    characters[kVdiscard] = 15;
    characters[kVwerase] = 23;
    characters[kVlnext] = 22;
    termios.c_ispeed = termios.c_ospeed = 115200;
    return termios;
}

/// The number of bits per second that the Bxxx code in c_cflag names; 0 for B0 and for BOTHER.
u32 baud_of_code(u32 code);
/// The Bxxx code of a speed, BOTHER if there is none.
u32 code_of_baud(u32 baud);
/// Makes the speeds follow c_cflag, or the code follow a BOTHER speed that has one (tcsetattr).
void normalise_speeds(Termios& termios);

} // namespace martlet
