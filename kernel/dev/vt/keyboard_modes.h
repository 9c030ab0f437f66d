// Keys for programs that want them untranslated (KDSKBMODE with K_RAW, K_MEDIUMRAW or K_OFF; ioctl_console(2)).
#pragma once
#include "dev/input/key_translator.h"
#include "dev/vt/vt_abi.h"

namespace martlet {

/// What is sent for the event in that mode: scan codes of set 1, a key code with its release bit, or nothing.
KeyResult untranslated_key(KeyEvent event, KeyboardMode mode);

} // namespace martlet
