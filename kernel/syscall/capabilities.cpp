#include "syscall/capabilities.h"

#include "proc/process.h"
#include "proc/process_info.h"

namespace martlet {

namespace {

constexpr u32 kCapabilityVersion1 = 0x19980330, kCapabilityVersion2 = 0x20071026, kCapabilityVersion3 = 0x20080522;

/// How many 32-bit words the version carries. An unknown version gets the preferred one written back.
Result<usize> capability_words(UserPtr<abi::CapabilityHeader> user_header, const abi::CapabilityHeader& header) {
    if (header.version == kCapabilityVersion1) return 1;
    if (header.version == kCapabilityVersion2 || header.version == kCapabilityVersion3) return 2;
    TRY(user_header.store({.version = kCapabilityVersion3, .process_id = header.process_id}));
    return Error(Errno::EINVAL);
}

} // namespace

Result<void> sys_capget(UserPtr<abi::CapabilityHeader> user_header, UserPtr<abi::CapabilityData> data) {
    abi::CapabilityHeader header = TRY(user_header.load());
    Result<usize> words = capability_words(user_header, header);
    if (!words && !data && words.error() == Errno::EINVAL) return {}; // a probe for the version
    if (!words) return Error(words.error());
    if (header.process_id < 0) return Error(Errno::EINVAL);
    Ref<const Credentials> target = current_task().share_credentials();
    if (header.process_id != 0) {
        Ref<Task> task = find_task(header.process_id);
        if (!task) return Error(Errno::ESRCH);
        target = task->share_credentials();
    }
    if (!data) return {};
    for (usize word = 0; word < *words; ++word) {
        u32 shift = static_cast<u32>(word * 32);
        TRY((data + word).store({.effective = static_cast<u32>(target->effective >> shift),
                                 .permitted = static_cast<u32>(target->permitted >> shift),
                                 .inheritable = static_cast<u32>(target->inheritable >> shift)}));
    }
    return {};
}

Result<void> sys_capset(UserPtr<abi::CapabilityHeader> user_header, UserPtr<const abi::CapabilityData> data) {
    abi::CapabilityHeader header = TRY(user_header.load());
    usize words = TRY(capability_words(user_header, header));
    if (header.process_id != 0 && header.process_id != current_task().thread_id()) return Error(Errno::EPERM);
    u64 effective = 0, permitted = 0, inheritable = 0;
    for (usize word = 0; word < words; ++word) {
        abi::CapabilityData part = TRY((data + word).load());
        effective |= static_cast<u64>(part.effective) << (word * 32);
        permitted |= static_cast<u64>(part.permitted) << (word * 32);
        inheritable |= static_cast<u64>(part.inheritable) << (word * 32);
    }
    effective &= kAllCapabilities, permitted &= kAllCapabilities, inheritable &= kAllCapabilities;
    const Credentials& old = current_task().credentials();
    u64 inheritable_limit = old.has(Capability::SetPcap) ? ~0ull : old.inheritable | old.permitted;
    if ((inheritable & ~inheritable_limit) || (inheritable & ~(old.inheritable | old.bounding)) ||
        (permitted & ~old.permitted) || (effective & ~permitted))
        return Error(Errno::EPERM);
    Ref<Credentials> next = TRY(old.clone());
    next->effective = effective;
    next->permitted = permitted;
    next->inheritable = inheritable;
    next->ambient &= permitted & inheritable;
    return publish_credentials(std::move(next));
}

namespace {

Result<i64> change_credentials(void (*change)(Credentials&, u64), u64 value) {
    Ref<Credentials> next = TRY(current_task().credentials().clone());
    change(*next, value);
    TRY(publish_credentials(std::move(next)));
    return 0;
}

constexpr u64 kCapabilityCount = 41;
constexpr u32 kSecureAllBits = kSecureNoRoot | kSecureNoSetuidFixup | kSecureKeepCapabilities | kSecureNoAmbientRaise;
constexpr u32 kSecureAllLocks = kSecureAllBits << 1;

u64 bit_of(u64 capability) { return 1ull << capability; }

} // namespace

Result<i64> set_keep_capabilities(u64 value) {
    if (value > 1) return Error(Errno::EINVAL);
    if (current_task().credentials().securebits & (kSecureKeepCapabilities << 1)) return Error(Errno::EPERM);
    return change_credentials(
        [](Credentials& next, u64 on) {
            next.securebits =
                on ? next.securebits | kSecureKeepCapabilities : next.securebits & ~kSecureKeepCapabilities;
        },
        value);
}

Result<i64> set_secure_bits(u64 value) {
    u32 old = current_task().credentials().securebits;
    bool changes_locked = (((old & kSecureAllLocks) >> 1) & (old ^ value)) != 0;
    bool unlocks = (old & kSecureAllLocks & ~value) != 0;
    if (changes_locked || unlocks || (value & ~u64{kSecureAllBits | kSecureAllLocks}) ||
        !current_has(Capability::SetPcap))
        return Error(Errno::EPERM);
    return change_credentials([](Credentials& next, u64 bits) { next.securebits = static_cast<u32>(bits); }, value);
}

Result<i64> read_bounding_capability(u64 capability) {
    if (capability >= kCapabilityCount) return Error(Errno::EINVAL);
    return current_task().credentials().bounding & bit_of(capability) ? 1 : 0;
}

Result<i64> drop_bounding_capability(u64 capability) {
    if (!current_has(Capability::SetPcap)) return Error(Errno::EPERM);
    if (capability >= kCapabilityCount) return Error(Errno::EINVAL);
    return change_credentials([](Credentials& next, u64 dropped) { next.bounding &= ~bit_of(dropped); }, capability);
}

Result<i64> ambient_capabilities(u64 operation, u64 capability, u64 argument4, u64 argument5) {
    enum { kIsSet = 1, kRaise = 2, kLower = 3, kClearAll = 4 };
    if (argument4 != 0 || argument5 != 0) return Error(Errno::EINVAL);
    if (operation == kClearAll) {
        if (capability != 0) return Error(Errno::EINVAL);
        return change_credentials([](Credentials& next, u64) { next.ambient = 0; }, 0);
    }
    if (capability >= kCapabilityCount) return Error(Errno::EINVAL);
    const Credentials& own = current_task().credentials();
    switch (operation) {
    case kIsSet: return own.ambient & bit_of(capability) ? 1 : 0;
    case kRaise:
        if (!(own.permitted & own.inheritable & bit_of(capability)) || (own.securebits & kSecureNoAmbientRaise))
            return Error(Errno::EPERM);
        return change_credentials([](Credentials& next, u64 raised) { next.ambient |= bit_of(raised); }, capability);
    case kLower:
        return change_credentials([](Credentials& next, u64 lowered) { next.ambient &= ~bit_of(lowered); }, capability);
    default: return Error(Errno::EINVAL);
    }
}

} // namespace martlet
