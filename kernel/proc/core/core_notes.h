// The notes of a core file: registers, identity, auxiliary vector and mapped files, as Linux writes them for x86-64.
#pragma once
#include "abi/signal.h"
#include "base/vector.h"
#include "proc/process.h"

namespace martlet {

/// A mapping as the dump shows it.
struct CoreSegment {
    u64 start, end;
    u64 dumped_bytes; // from its start; 0: only its place is told
    u32 protection;
    bool is_anonymous;
    bool may_hold_copies; // private: dumped whole if something was written
    u64 file_offset;
    Ref<File> file;
};

/// Everything that goes into PT_NOTE, for the calling task and the parked ones of its process. ENOMEM.
Result<void> append_core_notes(Vector<u8>& notes, const abi::SignalInfo& info, const Vector<CoreSegment>& segments);

} // namespace martlet
