// SignalFile: pending signals as something to read (signalfd(2)).
//
// It holds only a set: whoever reads or polls does so for their own pending signals, the thread's and the process's.
#pragma once
#include "proc/signal_set.h"
#include "vfs/anonymous.h"

namespace martlet {

class SignalFile final : public AnonymousFile {
public:
    static constexpr FileKind kKind = FileKind::Signal;
    static Result<Ref<File>> create(SignalSet set, u32 flags);
    SignalFile(SignalSet set, u32 flags, Path path) : AnonymousFile(flags, std::move(path), kKind), set_(set.bits()) {}
    void set_signals(SignalSet set);

    Result<usize> read(IoCursor& to, u64 offset) override;
    bool supports_no_wait(TransferDirection direction) const override { return direction == TransferDirection::Read; }
    u32 poll(PollTable* table) override;
    bool is_pollable() const override { return true; }
    void show_information(InformationSink& sink) override;

private:
    SignalSet set() const { return SignalSet(set_.load(std::memory_order_acquire)); }
    std::atomic<u64> set_;
};

} // namespace martlet
