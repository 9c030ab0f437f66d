// Keyboards: who listens to keys, and the lamps. One listener: the screen's console.
#pragma once
#include "dev/input/key_codes.h"

namespace martlet {

class KeyboardListener {
public:
    /// In the console thread.
    virtual void key_event(KeyEvent event) = 0;

protected:
    ~KeyboardListener() = default;
};

/// Once, while drivers start; events before it are dropped.
void set_keyboard_listener(KeyboardListener& listener);

struct KeyboardLamps {
    bool scroll_lock, num_lock, caps_lock;
};
/// On every keyboard. Console thread.
void set_keyboard_lamps(KeyboardLamps lamps);

} // namespace martlet
