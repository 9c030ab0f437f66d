#include "net/unix/unix_packet.h"

#include "mm/heap.h"
#include "net/unix/unix_socket.h"
#include "proc/resource_limits.h"
#include "proc/task.h"
#include "vfs/caller.h"

namespace martlet {
namespace {

SpinLock g_dead_lock{LockRank::Leaf};
UnixPacketList g_dead GUARDED_BY(g_dead_lock); // packets with files, about to be freed
std::atomic<bool> g_is_freeing = false;

UnixPacket* next_dead() {
    LockGuard guard(g_dead_lock);
    return g_dead.pop_front();
}

} // namespace

Result<Own<UnixPacket>> UnixPacket::create(usize size) {
    void* block = heap_allocate(sizeof(UnixPacket) + size);
    if (!block) return Error(Errno::ENOBUFS);
    auto* packet = new (block) UnixPacket;
    packet->size = static_cast<u32>(size);
    packet->charge = static_cast<u32>(heap_block_size(block));
    return Own<UnixPacket>(packet);
}

void UnixPacket::operator delete(void* packet) { heap_free(packet); }

UnixPacket::~UnixPacket() {
    if (rights && rights->account)
        rights->account->files_in_flight.fetch_sub(static_cast<u32>(rights->files.size()),
                                                   std::memory_order_relaxed);
    if (sender) sender->release_room(charge);
}

Result<void> UnixPacket::attach(Ancillary* ancillary, u32 wanted) {
    if (ancillary && ancillary->has_credentials) {
        credentials = ancillary->credentials;
        has_credentials = true;
        if (wanted & kOptionPassPidfd) process = ancillary->sender;
    } else if (wanted) {
        const Credentials& caller = current_credentials();
        credentials = {current_process_id(), caller.real_uid, caller.real_gid};
        has_credentials = true;
        if (wanted & kOptionPassPidfd) process = Ref<Process>(current_process());
    }
    if (!ancillary || ancillary->files.is_empty()) return {};
    auto count = static_cast<u32>(ancillary->files.size());
    const Credentials& caller = current_credentials();
    UserAccount& account = *caller.account;
    if (account.files_in_flight.load(std::memory_order_relaxed) > current_limit(Resource::OpenFiles) &&
        !caller.has(Capability::SysResource) && !caller.has(Capability::SysAdmin))
        return Error(Errno::ETOOMANYREFS);
    rights = TRY(make_own<UnixRights>());
    rights->files = std::move(ancillary->files);
    rights->account = caller.account;
    account.files_in_flight.fetch_add(count, std::memory_order_relaxed);
    return {};
}

Result<void> UnixPacket::copy_files(Vector<Descriptor>& to) const {
    TRY(to.reserve(rights->files.size()));
    for (const Descriptor& descriptor : rights->files) TRY(to.push_back(descriptor));
    return {};
}

/// A file may be the last of a socket in whose queue there are packets with files: they join the list instead of being
/// freed further down the stack.
void free_unix_packets(UnixPacketList& packets) {
    while (UnixPacket* packet = packets.pop_front()) {
        if (!packet->rights) {
            delete packet;
            continue;
        }
        LockGuard guard(g_dead_lock);
        g_dead.push_back(*packet);
    }
    for (;;) {
        if (g_is_freeing.exchange(true, std::memory_order_acquire)) return; // whoever frees takes ours too
        while (UnixPacket* packet = next_dead()) delete packet;
        g_is_freeing.store(false, std::memory_order_seq_cst);
        LockGuard guard(g_dead_lock);
        if (g_dead.is_empty()) return;
    }
}

} // namespace martlet
