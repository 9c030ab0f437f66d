// Capability calls (capabilities(7)) and the operations of prctl(2) on capabilities and secure bits.
#pragma once
#include "abi/process.h"
#include "mm/user_access.h"
#include "proc/credentials.h"

namespace martlet {

Result<void> sys_capget(UserPtr<abi::CapabilityHeader> header, UserPtr<abi::CapabilityData> data);
Result<void> sys_capset(UserPtr<abi::CapabilityHeader> header, UserPtr<const abi::CapabilityData> data);

Result<i64> set_keep_capabilities(u64 value);
Result<i64> set_secure_bits(u64 value);
Result<i64> read_bounding_capability(u64 capability);
Result<i64> drop_bounding_capability(u64 capability);
/// PR_CAP_AMBIENT.
Result<i64> ambient_capabilities(u64 operation, u64 capability, u64 argument4, u64 argument5);

/// Puts changed credentials of the calling task in force, with what that does to its dumpable state and its
/// death signal.
Result<void> publish_credentials(Ref<Credentials> next);

} // namespace martlet
