// Signal numbers and sets of the Linux x86-64 ABI (signal(7)). Pure values: no locking.
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr int kSigHup = 1, kSigInt = 2, kSigQuit = 3, kSigIll = 4, kSigTrap = 5, kSigAbrt = 6, kSigBus = 7,
                     kSigFpe = 8, kSigKill = 9, kSigUsr1 = 10, kSigSegv = 11, kSigUsr2 = 12, kSigPipe = 13,
                     kSigAlrm = 14, kSigTerm = 15, kSigStkFlt = 16, kSigChld = 17, kSigCont = 18, kSigStop = 19,
                     kSigTstp = 20, kSigTtin = 21, kSigTtou = 22, kSigUrg = 23, kSigXcpu = 24, kSigXfsz = 25,
                     kSigVtAlrm = 26, kSigProf = 27, kSigWinch = 28, kSigIo = 29, kSigPwr = 30, kSigSys = 31;
inline constexpr int kSigRealTimeMin = 32; // the kernel's view: 32…64 queue
inline constexpr int kSignalCount = 64;

constexpr bool is_valid_signal(int signal) { return signal >= 1 && signal <= kSignalCount; }
constexpr bool is_real_time_signal(int signal) { return signal >= kSigRealTimeMin; }

/// A set of signals 1…64, with the layout of the kernel's sigset_t (8 bytes).
class SignalSet {
public:
    constexpr SignalSet() = default;
    constexpr explicit SignalSet(u64 bits) : bits_(bits) {}
    template <typename... Signals> static constexpr SignalSet of(Signals... signals) {
        SignalSet set;
        (set.add(signals), ...);
        return set;
    }
    static constexpr SignalSet all() { return SignalSet(~0ull); }

    constexpr void add(int signal) { bits_ |= bit(signal); }
    constexpr void remove(int signal) { bits_ &= ~bit(signal); }
    constexpr bool contains(int signal) const { return (bits_ & bit(signal)) != 0; }
    constexpr bool is_empty() const { return bits_ == 0; }
    constexpr u64 bits() const { return bits_; }
    /// The lowest signal, 0 if empty.
    constexpr int first() const { return bits_ == 0 ? 0 : __builtin_ctzll(bits_) + 1; }

    constexpr SignalSet operator|(SignalSet other) const { return SignalSet(bits_ | other.bits_); }
    constexpr SignalSet operator&(SignalSet other) const { return SignalSet(bits_ & other.bits_); }
    constexpr SignalSet operator~() const { return SignalSet(~bits_); }
    constexpr bool operator==(const SignalSet&) const = default;

private:
    static constexpr u64 bit(int signal) { return 1ull << (signal - 1); }
    u64 bits_ = 0;
};

inline constexpr SignalSet kUnblockableSignals = SignalSet::of(kSigKill, kSigStop);
inline constexpr SignalSet kStopSignals = SignalSet::of(kSigStop, kSigTstp, kSigTtin, kSigTtou);
/// Sent by the processor for what the program just did; delivered before others.
inline constexpr SignalSet kSynchronousSignals =
    SignalSet::of(kSigSegv, kSigBus, kSigIll, kSigTrap, kSigFpe, kSigSys);

enum class DefaultAction : u8 { Terminate, CoreDump, Ignore, Stop, Continue };

/// What a signal does when its disposition is SIG_DFL (signal(7)).
constexpr DefaultAction default_action(int signal) {
    constexpr SignalSet kIgnored = SignalSet::of(kSigChld, kSigUrg, kSigWinch);
    constexpr SignalSet kCore = SignalSet::of(kSigQuit, kSigIll, kSigTrap, kSigAbrt, kSigBus, kSigFpe,
                                              kSigSegv, kSigSys, kSigXcpu, kSigXfsz);
    if (kStopSignals.contains(signal)) return DefaultAction::Stop;
    if (signal == kSigCont) return DefaultAction::Continue;
    if (kIgnored.contains(signal)) return DefaultAction::Ignore;
    return kCore.contains(signal) ? DefaultAction::CoreDump : DefaultAction::Terminate;
}

} // namespace martlet
