// Tty: opening, the input path, echo and flow control, hang-up, readiness.
#include "dev/tty/tty.h"

#include <string.h>

#include <algorithm>

#include "proc/signal_set.h"

namespace martlet {

Result<void> InterruptibleLock::acquire(bool nonblocking) {
    if (!taken_.exchange(true, std::memory_order_acquire)) return {};
    if (nonblocking) return Error(Errno::EAGAIN);
    return waiters_.wait([this] { return !taken_.exchange(true, std::memory_order_acquire); });
}

void InterruptibleLock::release() {
    taken_.store(false); // sequentially consistent with has_waiters()
    if (waiters_.has_waiters()) waiters_.wake_one();
}

Tty::Tty(std::string_view name, u64 device_number, TtyDriver& driver)
    : name_(name), device_number_(device_number), driver_(driver) {
    MutexGuard guard(lock_);
    discipline_.set_termios(driver.initial_termios());
}

Tty::~Tty() { input_work_.cancel(); }

Result<u32> Tty::open(bool may_override_exclusive) {
    MutexGuard guard(lock_);
    if (is_exclusive_ && !may_override_exclusive) return Error(Errno::EBUSY);
    if (open_count_ == 0) {
        TRY(driver_.start());
        if (window_size_ == WindowSize{}) window_size_ = driver_.window_size();
        Termios settings = discipline_.termios();
        driver_.set_termios(settings);
        discipline_.set_termios(settings);
        publish_input();
    }
    ++open_count_;
    return generation();
}

void Tty::close() {
    MutexGuard guard(lock_);
    if (--open_count_ != 0) return;
    is_exclusive_ = false;
    if (!driver_.keeps_input()) discipline_.flush_input();
    stopped_by_character_ = stopped_by_request_ = false;
    driver_.set_output_flow(FlowState::Running);
    publish_input();
    driver_.stop();
}

bool Tty::receive(std::span<const u8> bytes, InputEvent event) {
    bool taken = true;
    for (u8 byte : bytes) taken &= raw_.push(byte, event);
    input_work_.schedule();
    return taken;
}

void Tty::receive_now(std::span<const u8> bytes) {
    for (u8 byte : bytes) raw_.push(byte, InputEvent::Normal);
    process_input();
}

void Tty::process_input_work(void* context) { static_cast<Tty*>(context)->process_input(); }

void Tty::process_input() {
    constexpr usize kBatch = 64;
    RawInput items[kBatch];
    {
        MutexGuard guard(lock_);
        for (;;) {
            usize room = discipline_.room();
            if (room == 0) break;
            // Single steps near the end: what a byte needs depends on the one before (line ends, marked errors).
            usize count = raw_.pop(std::span(items).first(room > 4 * kBatch ? kBatch : 1));
            if (count == 0) break;
            for (usize index = 0; index < count; ++index) discipline_.receive(items[index].byte, items[index].event);
        }
        hold_up_sender();
        send_echo();
        publish_input();
    }
    output_queue_.announce(kPollOut | kPollWrNorm); // room that the echo did not need
    if (raw_.count() < decltype(raw_)::kRingCapacity / 4) driver_.resume_input();
}

/// IXOFF: STOP when the queues fill up, START when they have emptied.
void Tty::hold_up_sender() {
    constexpr usize kLow = decltype(raw_)::kRingCapacity / 4, kHigh = decltype(raw_)::kRingCapacity / 2;
    const Termios& settings = discipline_.termios();
    bool stop = (settings.c_iflag & kIxoff) && raw_.count() > (sender_is_stopped_ ? kLow : kHigh);
    if (stop == sender_is_stopped_) return;
    u8 character = settings.c_cc[stop ? kVstop : kVstart];
    if (character == kDisabledCharacter || driver_.write({&character, 1}) == 1) sender_is_stopped_ = stop;
}

void Tty::publish_input() {
    const Termios& settings = discipline_.termios();
    usize minimum = settings.c_cc[kVtime] == 0 ? std::max<usize>(settings.c_cc[kVmin], 1) : 1;
    poll_minimum_ = discipline_.is_canonical() ? 1 : minimum;
    usize readable = discipline_.is_canonical() ? discipline_.has_input(1) : discipline_.readable_bytes();
    readable_.store(readable, std::memory_order_release);
    stop_on_background_write_ = (settings.c_lflag & kTostop) != 0;
    if (readable != 0) input_queue_.announce(kPollIn | kPollRdNorm);
}

void Tty::echo(std::span<const u8> bytes) {
    for (u8 byte : bytes)
        if (echo_count_ < sizeof(echo_buffer_)) echo_buffer_[echo_count_++] = byte;
    if (echo_count_ > sizeof(echo_buffer_) - 2 * LineDiscipline::kMaxExpansion) [[unlikely]] send_echo();
}

void Tty::send_echo() {
    if (echo_count_ == 0 || is_stopped()) return;
    usize sent = driver_.write({echo_buffer_, echo_count_});
    memmove(echo_buffer_, echo_buffer_ + sent, echo_count_ - sent);
    echo_count_ -= sent;
}

void Tty::signal(int number, bool flush_output) {
    if (flush_output) {
        echo_count_ = 0;
        driver_.flush_output();
    }
    signal_foreground_group(*this, number);
}

void Tty::set_output_flow(FlowState state) {
    stopped_by_character_ = state == FlowState::Stopped;
    apply_flow();
}

void Tty::apply_flow() {
    driver_.set_output_flow(is_stopped() ? FlowState::Stopped : FlowState::Running);
    if (!is_stopped()) output_queue_.announce(kPollOut | kPollWrNorm);
}

void Tty::output_drained() {
    output_queue_.announce(kPollOut | kPollWrNorm);
    if (echo_count_ > 0) input_work_.schedule(); // echo that found no room
}

void Tty::hang_up() {
    {
        MutexGuard guard(lock_);
        generation_.fetch_add(1, std::memory_order_acq_rel);
        discipline_.flush_input();
        echo_count_ = 0;
        driver_.flush_output();
        stopped_by_character_ = stopped_by_request_ = false;
        driver_.set_output_flow(FlowState::Running);
        is_exclusive_ = false;
        Termios settings = driver_.initial_termios();
        driver_.set_termios(settings);
        discipline_.set_termios(settings);
        settings_sequence_.fetch_add(1, std::memory_order_acq_rel);
        publish_input();
    }
    input_queue_.wake_all();
    output_queue_.wake_all();
}

void Tty::line_hang_up() {
    signal_session_leader_hang_up(*this);
    hang_up();
}

void Tty::set_window_size(const WindowSize& size) {
    {
        MutexGuard guard(lock_);
        if (window_size_ == size) return;
        window_size_ = size;
    }
    signal_foreground_group(*this, kSigWinch);
}

WindowSize Tty::window_size() {
    MutexGuard guard(lock_);
    return window_size_;
}

u32 Tty::poll(PollTable* table, u32 file_generation) {
    if (table) {
        table->watch(input_queue_);
        table->watch(output_queue_);
    }
    if (file_generation != generation())
        return kPollIn | kPollOut | kPollErr | kPollHup | kPollRdNorm | kPollWrNorm;
    u32 events = 0;
    if (readable_.load(std::memory_order_acquire) >= poll_minimum_) events |= kPollIn | kPollRdNorm;
    if (!is_stopped() && driver_.room() >= LineDiscipline::kMaxExpansion) events |= kPollOut | kPollWrNorm;
    return events;
}

} // namespace martlet
