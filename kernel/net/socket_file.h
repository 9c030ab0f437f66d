// SocketFile: the open file around a socket: read(2) and write(2) are receiving and sending without flags.
#pragma once
#include "net/socket.h"

namespace martlet {

class SocketFile final : public File {
public:
    static constexpr FileKind kKind = FileKind::Socket;
    /// `flags`: O_NONBLOCK counts. Closes the socket if there is no memory.
    static Result<Ref<SocketFile>> create(Ref<Socket> socket, u32 flags);
    SocketFile(Ref<Socket> socket, u32 flags, Path path);
    ~SocketFile() override;
    Socket& socket() const { return *socket_; }

    Result<usize> read(IoCursor& to, u64 offset) override;
    Result<usize> write(IoCursor& from, u64 offset) override;
    Result<i64> ioctl(u32 command, u64 argument) override;
    u32 poll(PollTable* table) override { return socket_->poll(table); }
    bool supports_no_wait(TransferDirection) const override { return true; }
    bool is_pollable() const override { return true; }
    u32 signalled_events() const override {
        return kPollIn | kPollPri | kPollErr | kPollHup | (socket_->had_no_room() ? kPollOut : 0);
    }
    void release_descriptor() override { socket_->release_descriptor(*this); }
    using File::may_wait;
    bool may_wait(u32 message_flags) const { return !is_nonblocking() && !(message_flags & kMsgDontWait); }

private:
    Ref<Socket> socket_;
};

} // namespace martlet
