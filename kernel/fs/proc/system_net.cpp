// /proc/net: what is known of sockets.
#include "fs/proc/system_entries.h"
#include "net/unix/unix_socket.h"

namespace martlet {

/// Abstract names show their zeros as "@".
Result<void> show_unix_sockets(TextBuffer& text, const ProcSubject&) {
    text.append("Num       RefCount Protocol Flags    Type St Inode Path\n");
    UnixSocket::for_each([](void* context, const UnixSocket::Information& socket) {
        auto& to = *static_cast<TextBuffer*>(context);
        to.print("%016llx: %08X %08X %08X %04X %02X %5llu",
                 static_cast<unsigned long long>(reinterpret_cast<u64>(socket.id)), socket.reference_count,
                 0u, socket.flags, socket.type, socket.state, static_cast<unsigned long long>(socket.inode));
        constexpr u32 kFamilySize = 2;
        if (socket.address.size > kFamilySize) {
            to.append(" ");
            bool is_abstract = socket.address.bytes[kFamilySize] == 0;
            u32 end = socket.address.size - (is_abstract ? 0 : 1);
            for (u32 index = kFamilySize; index < end; ++index) {
                char character = static_cast<char>(socket.address.bytes[index]);
                to.append({character ? &character : "@", 1});
            }
        }
        to.append("\n");
    }, &text);
    return {};
}

} // namespace martlet
