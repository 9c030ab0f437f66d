// Mice: what they tell, and who listens: the screen's console, unless a program has the mouse's device open.
#pragma once
#include "base/types.h"

namespace martlet {

/// What has happened since the last event: movement (right and up are positive), wheel (towards the user is positive).
struct MouseEvent {
    i32 right = 0, up = 0, wheel = 0;
    u8 buttons = 0; // held now: left 1, right 2, middle 4, and two more
    bool operator==(const MouseEvent&) const = default;
};

class MouseListener {
public:
    /// In the console thread.
    virtual void mouse_event(const MouseEvent& event) = 0;

protected:
    ~MouseListener() = default;
};

/// Once, while drivers start.
void set_mouse_listener(MouseListener& listener);
/// From a driver, in the console thread.
void report_mouse_event(const MouseEvent& event);

} // namespace martlet
