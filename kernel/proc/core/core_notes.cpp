#include "proc/core/core_notes.h"

#include <string.h>

#include <algorithm>

#include "abi/time.h"
#include "arch/context.h"
#include "mm/address_space.h"
#include "proc/process_group.h"
#include "proc/trace/tracing.h"
#include "vfs/file.h"
#include "vfs/path.h"
#include "vfs/fs_context.h"

namespace martlet {

namespace {

constexpr u32 kNoteStatus = 1, kNoteFloatingPoint = 2, kNoteProcess = 3, kNoteAuxiliary = 6, kNoteExtendedState = 0x202,
              kNoteSignal = 0x53494749, kNoteFiles = 0x46494c45;

struct CoreStatus { // struct elf_prstatus
    i32 signal, code, error;
    i16 current_signal;
    u64 pending, blocked;
    i32 thread_id, parent_id, group_id, session_id;
    abi::TimeVal user_time, system_time, children_user_time, children_system_time;
    UserRegisters registers;
    i32 has_floating_point;
};
static_assert(sizeof(CoreStatus) == 336);

struct CoreProcess { // struct elf_prpsinfo
    char state, state_letter, is_zombie, nice;
    u64 flags;
    u32 user_id, group_owner_id;
    i32 process_id, parent_id, group_id, session_id;
    char name[16];
    char arguments[80];
};
static_assert(sizeof(CoreProcess) == 136);

Result<void> append_bytes(Vector<u8>& to, const void* from, usize size) {
    usize old = to.size();
    if (to.size() + size > 64) TRY(to.reserve(std::max(to.size() + size, to.size() * 2)));
    TRY(to.resize(old + size));
    memcpy(to.data() + old, from, size);
    return {};
}

Result<void> pad_to_word(Vector<u8>& to) {
    static constexpr u8 kZeros[4] = {};
    return append_bytes(to, kZeros, (4 - to.size() % 4) % 4);
}

Result<void> append_note(Vector<u8>& notes, std::string_view owner, u32 type, std::span<const u8> body) {
    u32 header[3] = {static_cast<u32>(owner.size() + 1), static_cast<u32>(body.size()), type};
    TRY(append_bytes(notes, header, sizeof header));
    TRY(append_bytes(notes, owner.data(), owner.size() + 1));
    TRY(pad_to_word(notes));
    TRY(append_bytes(notes, body.data(), body.size()));
    return pad_to_word(notes);
}

template <typename T> std::span<const u8> bytes_of(const T& value) {
    return {reinterpret_cast<const u8*>(&value), sizeof value};
}

void fill_relations(Process& process, auto& note) {
    IrqLockGuard guard(process_tree_lock);
    note.parent_id = process.parent ? process.parent->id() : 0;
    note.group_id = process.group->id;
    note.session_id = process.group->session->id;
}

Result<void> append_thread(Vector<u8>& notes, Task& task, const abi::SignalInfo& info) {
    Process& process = task.process();
    CoreStatus status = {};
    status.signal = status.current_signal = static_cast<i16>(info.signal);
    {
        IrqLockGuard guard(process.signals.lock);
        status.pending = task.signals.pending.set().bits();
        status.blocked = task.signals.blocked.bits();
    }
    status.thread_id = task.thread_id();
    fill_relations(process, status);
    Thread::CpuTime time = task.cpu_time();
    status.user_time = abi::TimeVal::from_ns(time.user_ns);
    status.system_time = abi::TimeVal::from_ns(time.system_ns);
    status.registers = {.frame = user_trap_frame(task),
                        .fs_base = task.context.fs_base,
                        .gs_base = task.context.gs_base,
                        .ds = 0,
                        .es = 0,
                        .fs = 0,
                        .gs = 0};
    status.has_floating_point = 1;
    TRY(append_note(notes, "CORE", kNoteStatus, bytes_of(status)));
    return {};
}

Result<void> append_extended_state(Vector<u8>& notes, Task& task) {
    Vector<u8> state;
    TRY(state.resize(fpu_state_size()));
    fpu_export(task.context.fpu, state.data());
    TRY(append_note(notes, "CORE", kNoteFloatingPoint, state.span().first(kFpuLegacySize)));
    if (fpu_user_area_features() == 0) return {};
    return append_note(notes, "LINUX", kNoteExtendedState, state.span());
}

/// Bytes of the process's own memory; what cannot be read is left out.
Result<Vector<u8>> read_own_memory(u64 start, u64 end) {
    Vector<u8> bytes;
    if (end <= start) return bytes;
    TRY(bytes.resize(end - start));
    Result<usize> count = current_task().address_space()->read_memory(start, bytes.span());
    TRY(bytes.resize(count.value_or(0)));
    return bytes;
}

Result<void> append_process(Vector<u8>& notes) {
    Task& task = current_task();
    CoreProcess note = {};
    note.state_letter = 'R';
    note.nice = static_cast<char>(task.nice());
    note.user_id = task.credentials().real_uid;
    note.group_owner_id = task.credentials().real_gid;
    note.process_id = task.process().id();
    fill_relations(task.process(), note);
    std::string_view name = task.name();
    memcpy(note.name, name.data(), std::min(name.size(), sizeof note.name - 1));
    const ProgramLayout& layout = task.address_space()->layout;
    u64 end = std::min(layout.arguments_end, layout.arguments_start + sizeof note.arguments - 1);
    Vector<u8> arguments = TRY(read_own_memory(layout.arguments_start, end));
    for (usize index = 0; index < arguments.size(); ++index)
        note.arguments[index] = arguments[index] == 0 ? ' ' : static_cast<char>(arguments[index]);
    return append_note(notes, "CORE", kNoteProcess, bytes_of(note));
}

Result<void> append_signal(Vector<u8>& notes, const abi::SignalInfo& info) {
    u8 bytes[abi::kUserSignalInfoSize] = {};
    memcpy(bytes, &info, sizeof info);
    return append_note(notes, "CORE", kNoteSignal, bytes);
}

/// NT_FILE: which file is mapped where: ranges and page offsets first, then the names in the same order.
Result<void> append_files(Vector<u8>& notes, const Vector<CoreSegment>& segments) {
    Vector<u8> ranges, names;
    u64 count = 0;
    for (const CoreSegment& segment : segments.span()) {
        if (!segment.file || !segment.file->path()) continue;
        String name = TRY(segment.file->path().to_string(current_task().fs_context().root()));
        u64 range[3] = {segment.start, segment.end, segment.file_offset / kPageSize};
        TRY(append_bytes(ranges, range, sizeof range));
        TRY(append_bytes(names, name.c_str(), name.size() + 1));
        ++count;
    }
    if (count == 0) return {};
    Vector<u8> body;
    u64 head[2] = {count, kPageSize};
    TRY(append_bytes(body, head, sizeof head));
    TRY(append_bytes(body, ranges.data(), ranges.size()));
    TRY(append_bytes(body, names.data(), names.size()));
    return append_note(notes, "CORE", kNoteFiles, body.span());
}

} // namespace

Result<void> append_core_notes(Vector<u8>& notes, const abi::SignalInfo& info, const Vector<CoreSegment>& segments) {
    Task& self = current_task();
    self.context.fs_base = current_fs_base();
    self.context.gs_base = current_gs_base();
    fpu_save_current();
    TRY(append_thread(notes, self, info));
    TRY(append_process(notes));
    TRY(append_signal(notes, info));
    const ProgramLayout& layout = self.address_space()->layout;
    Vector<u8> auxiliary = TRY(read_own_memory(layout.auxiliary_start, layout.auxiliary_end));
    TRY(append_note(notes, "CORE", kNoteAuxiliary, auxiliary.span()));
    TRY(append_files(notes, segments));
    TRY(append_extended_state(notes, self));
    // The others are parked: their list does not change.
    Vector<Ref<Task>> others;
    TRY(others.reserve(self.process().task_count));
    {
        IrqLockGuard guard(self.process().signals.lock);
        for (Task& task : self.process().tasks)
            if (&task != &self && !task.signals.has_left && others.size() < self.process().task_count)
                (void)others.push_back(Ref<Task>(task));
    }
    for (Ref<Task>& task : others) {
        TRY(append_thread(notes, *task, info));
        TRY(append_extended_state(notes, *task));
    }
    return {};
}

} // namespace martlet
