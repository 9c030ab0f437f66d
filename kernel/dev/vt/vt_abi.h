// Numbers and structures of ioctl_console(2) (linux/kd.h, linux/vt.h).
#pragma once
#include "base/types.h"

namespace martlet {

// linux/kd.h
inline constexpr u32 kKiocsound = 0x4b2f, kKdmktone = 0x4b30, kKdgetled = 0x4b31, kKdsetled = 0x4b32,
                     kKdgkbtype = 0x4b33, kKdsetmode = 0x4b3a, kKdgetmode = 0x4b3b, kKdmapdisp = 0x4b3c,
                     kKdunmapdisp = 0x4b3d, kKdgkbmode = 0x4b44, kKdskbmode = 0x4b45, kKdgkbmeta = 0x4b62,
                     kKdskbmeta = 0x4b63, kKdgkbled = 0x4b64, kKdskbled = 0x4b65;
inline constexpr u8 kKeyboard101 = 2; // KB_101
inline constexpr u32 kDisplayText = 0, kDisplayGraphics = 1, kDisplayText1 = 3; // KD_*; all others are text
inline constexpr u32 kKdgkbent = 0x4b46, kKdskbent = 0x4b47, kKdgkbsent = 0x4b48, kKdskbsent = 0x4b49,
                     kKdgkbdiacr = 0x4b4a, kKdskbdiacr = 0x4b4b, kKdgetkeycode = 0x4b4c,
                     kKdsetkeycode = 0x4b4d, kKdsigaccept = 0x4b4e, kKdgkbdiacruc = 0x4bfa,
                     kKdskbdiacruc = 0x4bfb;
enum class KeyboardMode : u8 { Raw, Translated, MediumRaw, Unicode, Off };                         // K_*
inline constexpr u32 kMetaSetsBit = 3, kMetaSendsEscape = 4; // K_METABIT, K_ESCPREFIX

struct KeyEntry { // struct kbentry
    u8 table, index;
    u16 value;
};
struct KeyString { // struct kbsentry
    u8 function;
    u8 text[512];
};
struct KeyAccents { // struct kbdiacrs: count, then these
    struct Entry {
        u8 mark, base, result;
    };
};
struct KeyCode { // struct kbkeycode
    u32 scancode, keycode;
};

// linux/tiocl.h
inline constexpr u32 kTioclinux = 0x541c;
struct LinuxSelection { // struct tiocl_selection, places count from 1
    u16 first_column, first_row, last_column, last_row, mode;
};

// linux/vt.h
inline constexpr u32 kVtOpenqry = 0x5600, kVtGetmode = 0x5601, kVtSetmode = 0x5602, kVtGetstate = 0x5603,
                     kVtReldisp = 0x5605, kVtActivate = 0x5606, kVtWaitactive = 0x5607,
                     kVtDisallocate = 0x5608, kVtResize = 0x5609, kVtResizex = 0x560a, kVtLockswitch = 0x560b,
                     kVtUnlockswitch = 0x560c, kVtWaitevent = 0x560e, kVtSetactivate = 0x560f;
inline constexpr u8 kVtAuto = 0, kVtProcess = 1;
inline constexpr u64 kVtReleaseRefused = 0, kVtAcknowledgeAcquired = 2; // of VT_RELDISP
inline constexpr u32 kVtEventSwitch = 1;

struct VtModeSettings { // struct vt_mode
    u8 mode;
    u8 wait_on_write;
    i16 release_signal, acquire_signal, unused;
};

struct VtState { // struct vt_stat
    u16 active, signal, open_mask;
};

struct VtSetActivate { // struct vt_setactivate
    u32 console;
    VtModeSettings settings;
};

struct VtEvent { // struct vt_event
    u32 event, old_number, new_number, padding[4];
};

} // namespace martlet
