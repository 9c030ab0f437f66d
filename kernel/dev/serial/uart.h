// The registers of a 16550 UART (NS16550A datasheet; also 8250 and 16450, which have no FIFO).
#pragma once
#include "arch/io_port.h"

namespace martlet::uart {

inline constexpr u16 kData = 0, kInterruptEnable = 1, kInterruptId = 2, kFifoControl = 2, kLineControl = 3,
                     kModemControl = 4, kLineStatus = 5, kModemStatus = 6, kDivisorLow = 0, kDivisorHigh = 1;

inline constexpr u8 kEnableReceive = 1, kEnableTransmit = 2, kEnableLineStatus = 4, kEnableModemStatus = 8;
inline constexpr u8 kNoInterruptPending = 1;
inline constexpr u8 kFifoEnable = 0x01, kFifoTrigger8 = 0x80, kFifoClearTransmit = 0x04, kFifoPresent = 0xc0;
inline constexpr u8 kWordLengthMask = 3, kTwoStopBits = 0x04, kParityEnable = 0x08, kParityEven = 0x10,
                    kStickParity = 0x20, kBreak = 0x40, kDivisorLatch = 0x80;
inline constexpr u8 kControlDtr = 1, kControlRts = 2, kControlOut1 = 4, kControlOut2 = 8, kControlLoop = 16;
inline constexpr u8 kDataReady = 1, kOverrunError = 2, kParityError = 4, kFramingError = 8, kBreakReceived = 0x10,
                    kTransmitHoldEmpty = 0x20, kTransmitEmpty = 0x40;
inline constexpr u8 kStatusCts = 0x10, kStatusDsr = 0x20, kStatusRing = 0x40, kStatusCarrier = 0x80,
                    kCarrierChanged = 0x08;

inline constexpr u32 kClockBaud = 115200; // with divisor 1
inline constexpr usize kFifoSize = 16;

} // namespace martlet::uart
