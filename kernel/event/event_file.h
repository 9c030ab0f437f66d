// EventFile: a counter that is written to add and read to take (eventfd(2)).
//
// The counter is one atomic, never above 2^64 - 2; readers wait for it to be positive, writers for room.
#pragma once
#include "vfs/anonymous.h"

namespace martlet {

enum class EventMode : u8 { Counter, Semaphore }; // a read takes all, or 1 (EFD_SEMAPHORE)

class EventFile final : public AnonymousFile {
public:
    static constexpr FileKind kKind = FileKind::Event;
    static Result<Ref<File>> create(u32 initial, EventMode mode, u32 flags);
    EventFile(u64 initial, EventMode mode, u32 flags, Path path);

    Result<usize> read(IoCursor& to, u64 offset) override;
    bool supports_no_wait(TransferDirection direction) const override { return direction == TransferDirection::Read; }
    Result<usize> write(IoCursor& from, u64 offset) override;
    u32 poll(PollTable* table) override;
    bool is_pollable() const override { return true; }
    void show_information(InformationSink& sink) override;

private:
    static constexpr u64 kMaximum = ~0ull - 1;
    /// What one read gives, 0 if there is nothing.
    u64 take();
    bool add(u64 value);

    std::atomic<u64> count_;
    const EventMode mode_;
    const u32 id_;
    WaitQueue queue_;
};

} // namespace martlet
