// SocketFilter: a program that decides how much of each message a socket gets (socket(7): SO_ATTACH_FILTER).
//
// Immutable once made, so that a sender can run the receiver's without a lock; sockets share it by reference.
#pragma once
#include "base/classic_bpf.h"
#include "base/ref.h"
#include "base/vector.h"

namespace martlet {

class SocketFilter final : public RefCounted {
public:
    /// struct sock_fprog at `argument`, of `size` bytes: EINVAL, EFAULT, ENOMEM.
    static Result<Ref<SocketFilter>> load(u64 argument, i32 size);
    /// How many of the bytes the socket gets; 0: the message is dropped.
    u32 run(std::span<const u8> bytes) const;
    std::span<const BpfInstruction> program() const { return program_.span(); }

private:
    Vector<BpfInstruction> program_;
};

} // namespace martlet
