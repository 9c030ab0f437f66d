// Keys for programs that want them untranslated (KDSKBMODE with K_RAW, K_MEDIUMRAW or K_OFF; ioctl_console(2)).
#pragma once
#include "dev/input/key_translator.h"
#include "dev/vt/vt_abi.h"

namespace martlet {

/// What is sent for the event in that mode, put into `buffer`: scan codes of set 1, a key code with its release bit, or
/// nothing.
KeyResult untranslated_key(KeyEvent event, KeyboardMode mode, u8 (&buffer)[6]);

} // namespace martlet
