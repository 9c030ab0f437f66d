// A line discipline whose echo, signals and flow control are recorded.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dev/tty/line_discipline.h"

namespace martlet {

class LineTest : public testing::Test, private LineHost {
protected:
    void type(std::string_view text) {
        for (char character : text) line.receive(static_cast<u8>(character));
    }
    void receive(u8 byte, InputEvent event) { line.receive(byte, event); }
    /// What one read(2) of `size` bytes gets.
    std::string read(usize size = 4096) {
        std::string buffer(size, '\0');
        bool ended = false;
        usize count = line.read({reinterpret_cast<u8*>(buffer.data()), size}, ended);
        line_ended = ended;
        return buffer.substr(0, count);
    }
    std::string take_echo() { return std::exchange(echoed, {}); }
    std::string output(std::string_view text, usize room = 4096) {
        std::string to(room, '\0');
        auto result = line.process_output({reinterpret_cast<const u8*>(text.data()), text.size()},
                                          {reinterpret_cast<u8*>(to.data()), room});
        consumed = result.consumed;
        return to.substr(0, result.produced);
    }
    Termios settings() const { return line.termios(); }
    template <typename Change> void change(Change apply) {
        Termios termios = line.termios();
        apply(termios);
        line.set_termios(termios);
    }
    void raw(u8 minimum = 1) {
        change([&](Termios& termios) {
            termios.c_lflag &= ~(kIcanon | kEcho | kIsig | kIexten);
            termios.c_iflag &= ~(kIcrnl | kIxon | kBrkint);
            termios.c_cc[kVmin] = minimum;
            termios.c_cc[kVtime] = 0;
        });
    }

    LineDiscipline line{*this};
    std::string echoed;
    std::vector<int> signals;
    std::vector<bool> flushes;
    bool is_stopped = false;
    bool line_ended = false;
    usize consumed = 0;

private:
    void echo(std::span<const u8> bytes) override { echoed.append(reinterpret_cast<const char*>(bytes.data()), bytes.size()); }
    void signal(int number, bool flush_output) override {
        signals.push_back(number);
        flushes.push_back(flush_output);
    }
    void set_output_flow(FlowState state) override { is_stopped = state == FlowState::Stopped; }
};

} // namespace martlet
