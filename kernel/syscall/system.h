// Calls about the machine as a whole, and the odd ones: names, information, reboot, log, random bytes, prctl.
#pragma once
#include "abi/process.h"
#include "mm/user_access.h"
#include "proc/system_names.h"

namespace martlet {

Result<void> sys_uname(UserPtr<abi::UtsName> name);
Result<void> sys_sethostname(UserPtr<const char> name, int size);
Result<void> sys_setdomainname(UserPtr<const char> name, int size);
Result<void> sys_sysinfo(UserPtr<abi::SystemInformation> information);
Result<void> sys_reboot(u32 magic1, u32 magic2, u32 command, UserString argument);
Result<i64> sys_syslog(int type, UserPtr<char> buffer, int size);
Result<i64> sys_getrandom(UserPtr<u8> buffer, usize size, u32 flags);
Result<u32> sys_personality(u32 persona);
Result<i64> sys_prctl(int option, u64 argument2, u64 argument3, u64 argument4, u64 argument5);
Result<void> sys_arch_prctl(int operation, u64 address);

} // namespace martlet
