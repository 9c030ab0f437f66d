// LineDiscipline: what happens between a terminal line and its readers and writers (POSIX.1-2017 chapter 11,
// termios(3)).
//
// A pure state machine: no locks, no waiting, no hardware. Bytes of the line go in through receive(); readers
// take lines or bytes with read(); what must be done outside (echo, signals, flow control) is asked of a
// LineHost, which is called in the middle of receive() and must not call back.
//
// The input queue is a ring of kInputCapacity bytes between three positions that only grow:
//   read_position_ <= line_position_ <= write_position_
// Canonical mode: [read, line) holds whole lines, each ending in a byte marked as a line end; [line, write)
// is the line being typed, which erase and kill edit. Raw mode: everything is readable and line_position_ is
// not used. An end-of-file character is kept as a line end that is not part of the data.
#pragma once
#include <span>

#include "base/types.h"
#include "dev/tty/termios.h"

namespace martlet {

enum class InputEvent : u8 { Normal, Break, ParityError, FramingError, Overrun };
enum class FlowState : u8 { Running, Stopped };
enum class FlushQueue : u8 { Input, Output, Both };

class LineHost {
public:
    /// Bytes for the line, already output-processed. Echo that finds no room is lost, as on Linux.
    virtual void echo(std::span<const u8> bytes) = 0;
    /// To the foreground process group; with flush, first what is queued for output is dropped.
    virtual void signal(int number, bool flush_output) = 0;
    /// ^S and ^Q: output stops and goes on.
    virtual void set_output_flow(FlowState state) = 0;

protected:
    ~LineHost() = default;
};

class LineDiscipline {
public:
    static constexpr usize kInputCapacity = 4096;
    static constexpr usize kMaxLine = kInputCapacity - 1; // without its end (MAX_CANON)
    /// Output processing makes at most this many bytes out of one (a tab).
    static constexpr usize kMaxExpansion = 8;

    explicit LineDiscipline(LineHost& host) : host_(host) {}

    const Termios& termios() const { return termios_; }
    /// Also converts what is queued when canonical mode is switched.
    void set_termios(const Termios& termios);

    // The line side.
    /// How many more bytes receive() takes without losing input. A full line with no end still takes bytes (and drops
    /// them), so that its end can come: then this is never 0.
    usize room() const;
    void receive(u8 byte, InputEvent event = InputEvent::Normal);

    // The reader's side.
    /// Canonical: a whole line is there. Raw: at least `minimum` bytes.
    bool has_input(usize minimum) const;
    /// What FIONREAD answers: bytes that can be read now.
    usize readable_bytes() const;
    /// Takes bytes. Canonical: at most one line; 0 after an end-of-file character alone. `line_ended` tells that the
    /// line's end was taken. Only when has_input(1).
    usize read(std::span<u8> to, bool& line_ended);
    void flush_input();

    // The writer's side.
    struct OutputResult {
        usize consumed, produced;
    };
    /// Output processing of `from` into `to`; stops when the next byte's expansion may not fit.
    OutputResult process_output(std::span<const u8> from, std::span<u8> to);

    bool is_canonical() const { return local(kIcanon); }

private:
    bool input(u32 flag) const { return (termios_.c_iflag & flag) != 0; }
    bool output(u32 flag) const { return (termios_.c_oflag & flag) != 0; }
    bool local(u32 flag) const { return (termios_.c_lflag & flag) != 0; }
    bool is_control(usize index, u8 byte) const {
        return termios_.c_cc[index] == byte && byte != kDisabledCharacter;
    }

    void receive_special(InputEvent event, u8 byte);
    void receive_character(u8 byte);
    bool receive_flow_control(u8 byte);
    bool receive_signal(u8 byte);
    bool receive_canonical(u8 byte);
    void end_line(u8 byte, bool is_end_of_file);
    void store(u8 byte);
    void store_doubled(u8 byte);
    void signal(int number, u8 byte);

    enum class Erase : u8 { Character, Word, Line };
    void erase(Erase what);
    void erase_echo(u64 character_start, u64 character_end);
    u32 column_of_tab(u64 tab_position) const;
    void reprint();

    void note_line_column();
    void echo_character(u8 byte);
    void echo_text(const char* text);
    void echo_raw(u8 byte);
    void finish_erase_echo();

    usize process_byte(u8 byte, u8* to);
    void advance_column(u8 byte);

    u8& byte_at(u64 position) { return bytes_[position % kInputCapacity]; }
    u8 byte_at(u64 position) const { return bytes_[position % kInputCapacity]; }
    enum class Mark : u8 { None, LineEnd, EndOfFile };
    Mark mark_at(u64 position) const {
        return static_cast<Mark>(marks_[position % kInputCapacity / 4] >> (position % 4 * 2) & 3);
    }
    void set_mark(u64 position, Mark mark);

    LineHost& host_;
    Termios termios_ = default_termios();
    u64 read_position_ = 0, line_position_ = 0, write_position_ = 0;
    u32 column_ = 0;            // of the cursor, as far as output processing knows
    u32 line_column_ = 0;       // where the line being typed began
    u32 utf8_pending_ = 0;      // continuation bytes still to come, for the column
    u32 utf8_code_ = 0;
    bool literal_next_ = false; // ^V was typed
    bool is_erasing_ = false;   // inside \…/ of ECHOPRT
    bool is_stopped_ = false;
    u8 bytes_[kInputCapacity] = {};
    u8 marks_[kInputCapacity / 4] = {};
};

} // namespace martlet
