// LineDiscipline, the input side: special characters in the order of POSIX.1-2017 11.1.9, lines, the input queue.
#include <algorithm>

#include "dev/tty/line_discipline.h"
#include "proc/signal_set.h"

namespace martlet {

void LineDiscipline::set_mark(u64 position, Mark mark) {
    u8& group = marks_[position % kInputCapacity / 4];
    u32 shift = position % 4 * 2;
    group = static_cast<u8>((group & ~(3u << shift)) | (static_cast<u32>(mark) << shift));
}

void LineDiscipline::set_termios(const Termios& termios) {
    bool canonical_changed = ((termios_.c_lflag ^ termios.c_lflag) & kIcanon) != 0;
    bool flow_control_ends = input(kIxon) && !(termios.c_iflag & kIxon);
    termios_ = termios;
    if (canonical_changed) {
        // What is queued becomes one piece: readable at once in both directions of the switch.
        for (u64 position = read_position_; position != write_position_; ++position) set_mark(position, Mark::None);
        if (is_canonical() && write_position_ != read_position_) set_mark(write_position_ - 1, Mark::LineEnd);
        line_position_ = write_position_;
        literal_next_ = is_erasing_ = false;
    }
    if (flow_control_ends && is_stopped_) {
        is_stopped_ = false;
        host_.set_output_flow(FlowState::Running);
    }
}

usize LineDiscipline::room() const {
    constexpr usize kLargestMark = 3; // PARMRK stores an error as three bytes
    usize used = write_position_ - read_position_;
    if (is_canonical() && line_position_ == read_position_) return std::max<usize>(kInputCapacity - used, 1);
    return used + kLargestMark >= kInputCapacity ? 0 : kInputCapacity - used - kLargestMark;
}

void LineDiscipline::receive(u8 byte, InputEvent event) {
    if (event != InputEvent::Normal) return receive_special(event, byte);
    receive_character(byte);
}

void LineDiscipline::receive_special(InputEvent event, u8 byte) {
    if (event == InputEvent::Overrun) return; // the byte before it was lost; nothing to deliver
    if (event == InputEvent::Break) {
        if (input(kIgnbrk)) return;
        if (input(kBrkint)) {
            flush_input();
            host_.signal(kSigInt, true);
            return;
        }
        byte = 0;
    } else {
        if (input(kIgnpar)) return;
        if (!input(kInpck)) return receive_character(byte);
    }
    if (input(kParmrk)) {
        store(0xff);
        store(0);
        store(byte);
    } else {
        store(0);
    }
}

void LineDiscipline::receive_character(u8 byte) {
    if (input(kIstrip)) byte &= 0x7f;
    if (input(kIuclc) && local(kIexten) && byte >= 'A' && byte <= 'Z') byte = static_cast<u8>(byte - 'A' + 'a');
    if (literal_next_) {
        literal_next_ = false;
        if (local(kEcho)) {
            finish_erase_echo();
            note_line_column();
            echo_character(byte);
        }
        return store_doubled(byte);
    }
    if (is_stopped_ && input(kIxon) && input(kIxany) && !is_control(kVstop, byte)) {
        is_stopped_ = false;
        host_.set_output_flow(FlowState::Running);
    }
    if (receive_flow_control(byte) || receive_signal(byte)) return;

    if (byte == '\r') {
        if (input(kIgncr)) return;
        if (input(kIcrnl)) byte = '\n';
    } else if (byte == '\n' && input(kInlcr)) {
        byte = '\r';
    }
    if (is_canonical() && receive_canonical(byte)) return;

    if (local(kEcho)) {
        finish_erase_echo();
        note_line_column();
        if (byte == '\n')
            echo_raw('\n');
        else
            echo_character(byte);
    }
    store_doubled(byte);
}

bool LineDiscipline::receive_flow_control(u8 byte) {
    if (!input(kIxon)) return false;
    bool is_start = is_control(kVstart, byte), is_stop = is_control(kVstop, byte);
    if (!is_start && !is_stop) return false;
    // One character for both toggles.
    bool stop = is_stop && !(is_start && is_stopped_);
    if (stop != is_stopped_) {
        is_stopped_ = stop;
        host_.set_output_flow(stop ? FlowState::Stopped : FlowState::Running);
    }
    return true;
}

bool LineDiscipline::receive_signal(u8 byte) {
    if (!local(kIsig)) return false;
    if (is_control(kVintr, byte))
        signal(kSigInt, byte);
    else if (is_control(kVquit, byte))
        signal(kSigQuit, byte);
    else if (is_control(kVsusp, byte))
        signal(kSigTstp, byte);
    else
        return false;
    return true;
}

void LineDiscipline::signal(int number, u8 byte) {
    bool flush = !local(kNoflsh);
    if (flush) flush_input();
    host_.signal(number, flush);
    if (input(kIxon) && is_stopped_) {
        is_stopped_ = false;
        host_.set_output_flow(FlowState::Running);
    }
    if (local(kEcho)) {
        finish_erase_echo();
        echo_character(byte);
    }
}

bool LineDiscipline::receive_canonical(u8 byte) {
    bool extended = local(kIexten);
    if (is_control(kVerase, byte)) return erase(Erase::Character), true;
    if (is_control(kVkill, byte)) return erase(Erase::Line), true;
    if (extended && is_control(kVwerase, byte)) return erase(Erase::Word), true;
    if (extended && is_control(kVlnext, byte)) {
        literal_next_ = true;
        if (local(kEcho)) {
            finish_erase_echo();
            if (local(kEchoctl)) echo_text("^\b");
        }
        return true;
    }
    if (extended && local(kEcho) && is_control(kVreprint, byte)) return reprint(), true;
    if (byte == '\n') {
        if (local(kEcho) || local(kEchonl)) {
            finish_erase_echo();
            echo_raw('\n');
        }
        return end_line(byte, false), true;
    }
    if (is_control(kVeof, byte)) return end_line(0, true), true;
    if (is_control(kVeol, byte) || (extended && is_control(kVeol2, byte))) {
        if (local(kEcho)) {
            finish_erase_echo();
            note_line_column();
            echo_character(byte);
        }
        return end_line(byte, false), true;
    }
    return false;
}

void LineDiscipline::end_line(u8 byte, bool is_end_of_file) {
    if (write_position_ - read_position_ >= kInputCapacity) return; // cannot happen: store() keeps one byte free
    byte_at(write_position_) = byte;
    set_mark(write_position_, is_end_of_file ? Mark::EndOfFile : Mark::LineEnd);
    line_position_ = ++write_position_;
}

void LineDiscipline::store(u8 byte) {
    if (write_position_ - read_position_ >= kMaxLine) {
        if (input(kImaxbel)) echo_text("\a");
        return;
    }
    byte_at(write_position_) = byte;
    set_mark(write_position_, Mark::None);
    ++write_position_;
}

void LineDiscipline::store_doubled(u8 byte) {
    if (byte == 0xff && input(kParmrk) && !input(kIstrip)) store(byte);
    store(byte);
}

bool LineDiscipline::has_input(usize minimum) const {
    if (is_canonical()) return line_position_ != read_position_;
    return write_position_ - read_position_ >= std::max<usize>(minimum, 1);
}

usize LineDiscipline::readable_bytes() const {
    if (!is_canonical()) return write_position_ - read_position_;
    usize count = 0;
    for (u64 position = read_position_; position != line_position_; ++position)
        if (mark_at(position) != Mark::EndOfFile) ++count;
    return count;
}

usize LineDiscipline::read(std::span<u8> to, bool& line_ended) {
    line_ended = false;
    if (!is_canonical()) {
        usize count = std::min<usize>(to.size(), write_position_ - read_position_);
        for (usize index = 0; index < count; ++index) to[index] = byte_at(read_position_ + index);
        read_position_ += count;
        line_position_ = std::max(line_position_, read_position_);
        return count;
    }
    usize count = 0;
    while (read_position_ != line_position_ && !line_ended) {
        Mark mark = mark_at(read_position_);
        if (mark == Mark::EndOfFile) { // also directly after a full buffer, so that the next read does not answer 0
            line_ended = true;
            ++read_position_;
            break;
        }
        if (count == to.size()) break;
        to[count++] = byte_at(read_position_++);
        line_ended = mark == Mark::LineEnd;
    }
    return count;
}

void LineDiscipline::flush_input() {
    read_position_ = line_position_ = write_position_;
    is_erasing_ = false;
}

} // namespace martlet
