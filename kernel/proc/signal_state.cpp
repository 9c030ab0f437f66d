#include "proc/signal_state.h"

namespace martlet {

void PendingSignals::add(int signal, QueuedSignal* entry, Origin origin) {
    set_.add(signal);
    if (entry) entries_.push_back(*entry);
    else if (origin == Origin::Kernel) from_kernel_.add(signal);
}

int PendingSignals::take(SignalSet blocked, abi::SignalInfo& info, QueuedSignal*& consumed) {
    SignalSet deliverable = set_ & ~blocked;
    SignalSet urgent = deliverable & kSynchronousSignals;
    int signal = urgent.is_empty() ? deliverable.first() : urgent.first();
    if (signal == 0) return 0;
    consumed = nullptr;
    bool has_more = false;
    for (QueuedSignal& entry : entries_) {
        if (entry.info.signal != signal) continue;
        if (consumed) {
            has_more = true;
            break;
        }
        consumed = &entry;
    }
    if (consumed) {
        info = consumed->info;
        consumed->node.unlink();
    } else {
        info = {};
        info.signal = signal;
        info.code = from_kernel_.contains(signal) ? abi::kSiKernel : abi::kSiUser;
    }
    if (!has_more) {
        set_.remove(signal);
        from_kernel_.remove(signal);
    }
    return signal;
}

bool PendingSignals::peek(u64 index, abi::SignalInfo& info) {
    for (QueuedSignal& entry : entries_) {
        if (index-- != 0) continue;
        info = entry.info;
        return true;
    }
    return false;
}

void PendingSignals::discard(SignalSet signals, EntryList& discarded) {
    if ((set_ & signals).is_empty()) return;
    set_ = set_ & ~signals;
    from_kernel_ = from_kernel_ & ~signals;
    for (QueuedSignal& entry : entries_) {
        if (!signals.contains(entry.info.signal)) continue;
        entry.node.unlink();
        discarded.push_back(entry);
    }
}

void PendingSignals::discard_sourced(EntryList& discarded) {
    SignalSet gone, kept;
    for (QueuedSignal& entry : entries_) {
        (entry.source ? gone : kept).add(entry.info.signal);
        if (!entry.source) continue;
        entry.node.unlink();
        discarded.push_back(entry);
    }
    set_ = set_ & ~(gone & ~kept);
    from_kernel_ = from_kernel_ & set_;
}

QueuedSignal* allocate_queued_signal(const abi::SignalInfo& info) {
    QueuedSignal* entry = new (std::nothrow) QueuedSignal;
    if (entry) entry->info = info;
    return entry;
}

void finish_taken_signal(QueuedSignal* entry, abi::SignalInfo& info) {
    if (entry && entry->source) entry->source->signal_taken(info);
    free_queued_signal(entry);
}

void free_queued_signal(QueuedSignal* entry) {
    if (!entry) return;
    if (entry->source) return entry->source->signal_released();
    if (entry->account) entry->account->queued_signals.fetch_sub(1, std::memory_order_relaxed);
    delete entry;
}

void free_queued_signals(PendingSignals::EntryList& entries) {
    while (QueuedSignal* entry = entries.pop_front()) free_queued_signal(entry);
}

Result<Ref<SignalActions>> SignalActions::create() { return make_ref<SignalActions>(); }

Result<Ref<SignalActions>> SignalActions::clone() {
    Ref<SignalActions> copy = TRY(create());
    for (int signal = 1; signal <= kSignalCount; ++signal) copy->set(signal, get(signal));
    return copy;
}

abi::SignalAction SignalActions::get(int signal) {
    IrqLockGuard guard(lock_);
    return actions_[signal - 1];
}

void SignalActions::set(int signal, const abi::SignalAction& action, abi::SignalAction* previous) {
    IrqLockGuard guard(lock_);
    abi::SignalAction& kept = actions_[signal - 1];
    if (previous) *previous = kept;
    kept = action;
}

void SignalActions::reset_handlers() {
    IrqLockGuard guard(lock_);
    for (abi::SignalAction& action : actions_) {
        u64 handler = action.handler == abi::kSigIgnore ? abi::kSigIgnore : abi::kSigDefault;
        action = {.handler = handler};
    }
}

} // namespace martlet
