// Credentials: who a task is. Immutable once published: a change makes a copy and swaps the reference (credentials(7)).
#pragma once
#include "base/ref.h"
#include "base/vector.h"
#include "proc/user_account.h"

namespace martlet {

/// capabilities(7), the ones that something checks.
enum class Capability : u8 {
    Chown = 0,
    DacOverride = 1,
    DacReadSearch = 2,
    Fowner = 3,
    Fsetid = 4,
    Kill = 5,
    SetGid = 6,
    SetUid = 7,
    SetPcap = 8,
    LinuxImmutable = 9,
    NetBindService = 10,
    NetBroadcast = 11,
    NetAdmin = 12,
    NetRaw = 13,
    IpcLock = 14,
    IpcOwner = 15,
    SysModule = 16,
    SysRawio = 17,
    SysChroot = 18,
    SysPtrace = 19,
    SysPacct = 20,
    SysAdmin = 21,
    SysBoot = 22,
    SysNice = 23,
    SysResource = 24,
    SysTime = 25,
    SysTtyConfig = 26,
    Mknod = 27,
    Lease = 28,
    AuditWrite = 29,
    AuditControl = 30,
    SetFcap = 31,
    MacOverride = 32,
    MacAdmin = 33,
    Syslog = 34,
    WakeAlarm = 35,
    BlockSuspend = 36,
    AuditRead = 37,
    Perfmon = 38,
    Bpf = 39,
    CheckpointRestore = 40
};

/// prctl(PR_SET_SECUREBITS), capabilities(7); each has its lock in the next higher bit.
inline constexpr u32 kSecureNoRoot = 1u << 0, kSecureNoSetuidFixup = 1u << 2, kSecureKeepCapabilities = 1u << 4,
                     kSecureNoAmbientRaise = 1u << 6;

struct Credentials : public RefCounted {
    u32 real_uid = 0, effective_uid = 0, saved_uid = 0, fs_uid = 0;
    u32 real_gid = 0, effective_gid = 0, saved_gid = 0, fs_gid = 0;
    Vector<u32> groups; // supplementary, sorted
    u64 permitted = ~0ull >> 23, effective = ~0ull >> 23, inheritable = 0, bounding = ~0ull >> 23, ambient = 0;

    u32 securebits = 0;        // prctl(PR_SET_SECUREBITS)
    Ref<UserAccount> account;  // of real_uid

    bool has(Capability capability) const { return (effective >> static_cast<u8>(capability)) & 1; }
    bool in_group(u32 gid) const; // file-system gid or supplementary
    Result<Ref<Credentials>> clone() const;
};

inline constexpr u64 kAllCapabilities = ~0ull >> 23; // 0 … CAP_CHECKPOINT_RESTORE

/// Root's, for the first process. ENOMEM.
Result<Ref<const Credentials>> create_root_credentials();
/// Whether the calling task has `capability`.
bool current_has(Capability capability);

} // namespace martlet
