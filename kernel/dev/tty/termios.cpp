// Line speeds: the codes of c_cflag and the numbers that they mean.
#include "dev/tty/termios.h"

#include <iterator>

namespace martlet {
namespace {

constexpr u32 kLowSpeeds[] = {0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
constexpr u32 kHighSpeeds[] = {0,      57600,  115200,  230400,  460800,  500000,  576000,  921600,
                               1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};

} // namespace

u32 baud_of_code(u32 code) {
    u32 index = code & 017;
    return code & kCbaudex ? kHighSpeeds[index] : kLowSpeeds[index];
}

u32 code_of_baud(u32 baud) {
    for (u32 index = 0; index < std::size(kLowSpeeds); ++index)
        if (kLowSpeeds[index] == baud) return index;
    for (u32 index = 1; index < std::size(kHighSpeeds); ++index)
        if (kHighSpeeds[index] == baud) return kCbaudex | index;
    return kBother;
}

void normalise_speeds(Termios& termios) {
    u32 output_code = termios.c_cflag & kCbaud;
    if (output_code != kBother) termios.c_ospeed = baud_of_code(output_code);
    u32 input_code = (termios.c_cflag & kCibaud) >> kCibaudShift;
    if (input_code == 0) // the input speed is the output speed
        termios.c_ispeed = termios.c_ospeed;
    else if (input_code != kBother)
        termios.c_ispeed = baud_of_code(input_code);
    termios.c_cflag = (termios.c_cflag & ~kCbaud) | code_of_baud(termios.c_ospeed);
    if (input_code != 0)
        termios.c_cflag = (termios.c_cflag & ~kCibaud) | (code_of_baud(termios.c_ispeed) << kCibaudShift);
}

} // namespace martlet
