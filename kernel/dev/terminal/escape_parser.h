// EscapeParser: divides a stream of code points into characters, controls and sequences (ECMA-48; the state
// machine that DEC's VT500 terminals have). Strings (OSC, DCS, SOS, PM, APC) are swallowed. Any input leaves
// it in a sound state.
#pragma once
#include "base/types.h"

namespace martlet {

/// A control sequence: CSI [prefix] parameters [intermediate] final.
struct ControlSequence {
    static constexpr u32 kMaxParameters = 32;
    static constexpr u16 kMaxValue = 16383;

    u16 values[kMaxParameters];
    u32 count = 0;            // of parameters, at least 1 once dispatched; absent ones are 0
    u32 continued = 0;        // bit i: parameter i followed a colon
    bool is_full = false;     // more parameters came than there are places
    char prefix = 0;          // '?', '>', '<', '=' or 0
    char intermediate = 0;    // the last one, or 0
    char final = 0;

    u32 value(u32 index) const { return index < count ? values[index] : 0; }
    /// A count: absent and 0 mean 1.
    u32 amount(u32 index) const { return value(index) == 0 ? 1 : value(index); }
    bool is_continued(u32 index) const { return index < count && ((continued >> index) & 1); }
};

class EscapeHandler {
public:
    virtual void print(u32 code_point) = 0;
    virtual void control(u8 byte) = 0;                       // C0
    virtual void escape(char intermediate, char final) = 0;  // ESC [I] F
    virtual void sequence(const ControlSequence& sequence) = 0;

protected:
    ~EscapeHandler() = default;
};

class EscapeParser {
public:
    explicit EscapeParser(EscapeHandler& handler) : handler_(handler) {}
    bool is_ground() const { return state_ == State::Ground; }
    void feed(u32 code_point);
    void reset() { state_ = State::Ground; }

private:
    enum class State : u8 {
        Ground,
        Escape,
        EscapeIntermediate,
        Parameters,
        Intermediate,
        Ignore,
        Osc,
        LinuxPalette,
        String,
        StringEscape
    };

    void feed_c1(u32 code_point);
    void feed_escape(u8 byte);
    void feed_sequence(u8 byte);
    void feed_string(u32 code_point);
    void begin_sequence();
    void begin_osc() { state_ = State::Osc; string_length_ = 0; }

    EscapeHandler& handler_;
    State state_ = State::Ground;
    char intermediate_ = 0;
    u32 string_length_ = 0;
    ControlSequence sequence_;
};

} // namespace martlet
