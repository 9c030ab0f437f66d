// cmdline, environ, auxv and the lines of maps: what a process has in memory.
#include "dev/device.h"
#include "fs/proc/process_entries.h"
#include "mm/address_space.h"
#include "vfs/dentry.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

/// Copies [start, end) out of the process, as far as it can be read.
void append_memory(TextBuffer& text, AddressSpace& space, u64 start, u64 end) {
    constexpr usize kChunk = 512;
    while (start < end) {
        u8 bytes[kChunk];
        usize wanted = end - start < kChunk ? end - start : kChunk;
        auto copied = space.read_memory(start, {bytes, wanted});
        if (!copied || *copied == 0) return;
        text.append({reinterpret_cast<char*>(bytes), *copied});
        start += *copied;
    }
}

} // namespace

Result<void> show_cmdline(TextBuffer& text, const ProcSubject& subject) {
    Ref<AddressSpace> space = process_address_space(*subject.process);
    if (!space || space->layout.arguments_end <= space->layout.arguments_start) return {};
    const ProgramLayout& layout = space->layout;
    append_memory(text, *space, layout.arguments_start, layout.arguments_end);
    // A program that wrote a longer title over its last NUL goes on into its environment, up to the next NUL.
    std::string_view shown = text.view();
    if (shown.empty() || shown.back() == '\0') return {};
    TextBuffer rest;
    append_memory(rest, *space, layout.environment_start, layout.environment_end);
    std::string_view more = rest.view();
    text.append(more.substr(0, more.find('\0')));
    return {};
}

Result<void> show_environ(TextBuffer& text, const ProcSubject& subject) {
    if (!may_inspect(*subject.process)) return Error(Errno::EACCES);
    Ref<AddressSpace> space = process_address_space(*subject.process);
    if (space) append_memory(text, *space, space->layout.environment_start, space->layout.environment_end);
    return {};
}

Result<void> show_auxv(TextBuffer& text, const ProcSubject& subject) {
    if (!may_inspect(*subject.process)) return Error(Errno::EACCES);
    Ref<AddressSpace> space = process_address_space(*subject.process);
    if (space) append_memory(text, *space, space->layout.auxiliary_start, space->layout.auxiliary_end);
    return {};
}

void print_mapping(TextBuffer& text, const AddressSpace::MappingView& view, const MapsLabels& labels) {
    Inode* inode = view.file ? view.file->inode() : nullptr;
    u64 device = inode ? inode->super_block().device : 0;
    const char permissions[] = {' ', view.protection & kProtRead ? 'r' : '-', view.protection & kProtWrite ? 'w' : '-',
                                view.protection & kProtExec ? 'x' : '-', view.is_shared ? 's' : 'p', ' '};
    text.append_hexadecimal(view.start, 8);
    text.append("-");
    text.append_hexadecimal(view.end, 8);
    text.append({permissions, sizeof permissions});
    text.append_hexadecimal(view.file ? view.offset_bytes : 0, 8);
    text.append(" ");
    text.append_hexadecimal(device_major(device), 2);
    text.append(":");
    text.append_hexadecimal(device_minor(device), 2);
    text.append(" ");
    text.append_decimal(inode ? inode->number() : 0);
    const char* label = view.name;
    if (!view.file && view.start < labels.current_break && view.end > labels.layout.break_start) label = "[heap]";
    if (!view.file && view.start <= labels.layout.stack_start && view.end > labels.layout.stack_start)
        label = "[stack]";
    if (view.file || label) text.pad_to(72);
    text.append(" ");
    if (label) text.append(label);
    if (view.file) {
        auto name = view.file->path() ? describe_path(view.file->path()) : view.file->describe();
        text.append(name ? name->view() : "?");
    }
    text.append("\n");
}

} // namespace martlet
