// UnixPacket: what is sent at once: bytes, and beside them descriptors and credentials (SCM_RIGHTS,
// SCM_CREDENTIALS, SCM_PIDFD). A byte sent with MSG_OOB is a packet of its own; once read out of band it
// stays, empty, where it was.
//
// The bytes lie behind the object in one block. A packet is charged with the block's size to its sender's
// send buffer until it goes. Files in it are in flight: counted against the sender's user, and known to the
// garbage collector while queued.
#pragma once
#include "base/list.h"
#include "net/socket.h"
#include "proc/user_account.h"

namespace martlet {

class UnixSocket;

struct UnixRights {
    Vector<Descriptor> files;
    Ref<UserAccount> account;
};

class UnixPacket : NonCopyable {
public:
    /// Room for `size` bytes; ENOBUFS.
    static Result<Own<UnixPacket>> create(usize size);
    ~UnixPacket();
    static void operator delete(void* packet);

    u8* bytes() { return reinterpret_cast<u8*>(this + 1); }
    usize left() const { return size - offset; }
    /// Takes over what travels beside the bytes: ETOOMANYREFS, ENOMEM.
    /// `wanted`: of kOptionPassCredentials and kOptionPassPidfd those that one of the two sides has set.
    Result<void> attach(Ancillary* ancillary, u32 wanted);
    /// A copy of (peek) or the files themselves, for the receiver.
    Result<void> copy_files(Vector<Descriptor>& to) const;

    u32 size = 0, offset = 0; // offset: already read, of a stream
    u32 charge = 0;
    bool has_credentials = false, is_urgent = false;
    SocketCredentials credentials;
    Ref<Process> process; // of the credentials, if wanted
    u64 timestamp_ns = 0; // when it was queued, if wanted; realtime clock
    Own<UnixRights> rights;
    Ref<UnixSocket> sender; // of datagrams
    ListNode node;

private:
    UnixPacket() = default;
};

using UnixPacketList = List<UnixPacket, &UnixPacket::node>;

/// Frees packets, whose files may be sockets with queues of their own, without recursion.
void free_unix_packets(UnixPacketList& packets);

} // namespace martlet
