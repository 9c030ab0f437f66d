#pragma once
#include <features.h>
#define RB_AUTOBOOT 0x1234567
#define RB_HALT_SYSTEM 0xcdef0123u
#define RB_ENABLE_CAD 0x89abcdefu
#define RB_DISABLE_CAD 0
#define RB_POWER_OFF 0x4321fedc
#define RB_SW_SUSPEND 0xd000fce2u
#define RB_KEXEC 0x45584543
__BEGIN_DECLS
int reboot(int);
__END_DECLS
