// MiceStream: the mouse as one reader of /dev/input/mice sees it: a PS/2 mouse that answers the commands
// written to it and sends a packet for each movement (Linux's mousedev). Pure.
#pragma once
#include <span>

#include "dev/input/mouse.h"

namespace martlet {

class MiceStream {
public:
    void add(const MouseEvent& event);
    /// A command byte: an answer is ready afterwards. The usual sequences of sample rates switch a wheel on.
    void command(u8 byte);
    bool is_readable() const { return answer_left_ != 0 || count_ != 0; }
    /// At most what is left of one packet or answer.
    usize read(std::span<u8> to);

private:
    enum class Kind : u8 { Plain = 0, Wheel = 3, FiveButtons = 4 };
    static constexpr u32 kEvents = 16;
    u8 make_packet(u8* bytes);
    void follow_sequence(u8 byte);

    MouseEvent events_[kEvents];
    u32 first_ = 0, count_ = 0;
    u8 last_buttons_ = 0;
    Kind kind_ = Kind::Plain;
    u8 wheel_step_ = 0, five_step_ = 0; // how much of the switching sequence has come
    u8 answer_[8] = {};
    u8 answer_size_ = 0, answer_left_ = 0;
};

} // namespace martlet
