// Vectors and the parts of trap handling that other files of this folder join.
#pragma once
#include "arch/trap_frame.h"
#include "base/types.h"

namespace martlet {

enum Vector : u32 {
    kVectorDebug = 1,
    kVectorNmi = 2,
    kVectorBreakpoint = 3,
    kVectorDoubleFault = 8,
    kVectorPageFault = 14,
    kVectorX87 = 16,
    kVectorMachineCheck = 18,
    kVectorSimd = 19,
    kFirstInterruptVector = 32,
    kFirstLegacyVector = 0x20, // the masked PICs' spurious interrupts end here
    kFirstLineVector = 0x30,
    kVectorTimer = 0xef,
    kVectorCall = 0xfb,
    kVectorLog = 0xfc,
    kVectorReschedule = 0xfd,
    kVectorApicError = 0xfe,
    kVectorSpurious = 0xff,
};

/// Runs the handler of an interrupt vector and acknowledges it (interrupts.cpp).
void dispatch_interrupt(u32 vector);

/// Everything that must happen before user mode: switches, signals. Returns with interrupts off.
void finish_user_work(TrapFrame& frame);

/// Where a fault at the kernel instruction `rip` continues; 0 if that instruction may not fault.
u64 find_fixup(u64 rip);

/// The name of an exception, for messages.
const char* trap_name(u32 vector);

} // namespace martlet
