// Calls about identity: user and group ids, capabilities (credentials(7), capabilities(7)).
#pragma once
#include "abi/process.h"
#include "mm/user_access.h"

namespace martlet {

Result<u32> sys_getuid();
Result<u32> sys_geteuid();
Result<u32> sys_getgid();
Result<u32> sys_getegid();
Result<void> sys_setuid(u32 user_id);
Result<void> sys_setgid(u32 group_id);
Result<void> sys_setreuid(u32 real, u32 effective);
Result<void> sys_setregid(u32 real, u32 effective);
Result<void> sys_setresuid(u32 real, u32 effective, u32 saved);
Result<void> sys_setresgid(u32 real, u32 effective, u32 saved);
Result<void> sys_getresuid(UserPtr<u32> real, UserPtr<u32> effective, UserPtr<u32> saved);
Result<void> sys_getresgid(UserPtr<u32> real, UserPtr<u32> effective, UserPtr<u32> saved);
Result<u32> sys_setfsuid(u32 user_id);
Result<u32> sys_setfsgid(u32 group_id);
Result<int> sys_getgroups(int size, UserPtr<u32> list);
Result<void> sys_setgroups(int size, UserPtr<const u32> list);

} // namespace martlet
