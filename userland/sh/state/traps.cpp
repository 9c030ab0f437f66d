#include "state/traps.hpp"

#include <algorithm>
#include <span>

namespace sh {

namespace {

// Those for which an interactive shell has dispositions of its own.
constexpr int kInteractiveSignals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
constexpr int kJobSignals[] = {SIGTSTP, SIGTTIN, SIGTTOU};

bool is_among(int signal, std::span<const int> signals) {
    return std::find(signals.begin(), signals.end(), signal) != signals.end();
}

}  // namespace

void Traps::handler(int signal) {
    if (signal == SIGINT && !has_interrupt_action_) {
        interrupted_ = 1;
        return;
    }
    pending_[signal] = 1;
    pending_any_ = 1;
}

bool Traps::ignored_at_start(int signal) {
    if (inherited_[signal] == Inherited::unknown) {
        struct sigaction action{};
        bool ignored = sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
        inherited_[signal] = ignored ? Inherited::ignored : Inherited::usual;
    }
    return inherited_[signal] == Inherited::ignored;
}

void Traps::apply(int signal) {
    if (signal == 0 || signal == SIGKILL || signal == SIGSTOP)
        return;
    struct sigaction action{};
    sigemptyset(&action.sa_mask);
    const auto& trap = actions_[signal];
    const bool inherited_ignore = ignored_at_start(signal);
    if (signal == SIGINT)
        has_interrupt_action_ = trap && !trap->empty();
    if (trap) {
        action.sa_handler = trap->empty() ? SIG_IGN : handler;
    } else {
        action.sa_handler = inherited_ignore ? SIG_IGN : SIG_DFL;
        if (interactive_) {
            if (signal == SIGINT || (signal == SIGHUP && !inherited_ignore))
                action.sa_handler = handler;
            else if (signal == SIGQUIT || signal == SIGTERM)
                action.sa_handler = SIG_IGN;
        }
        if (job_control_ && is_among(signal, kJobSignals))
            action.sa_handler = SIG_IGN;
    }
    sigaction(signal, &action, nullptr);
}

void Traps::set_interactive(bool interactive, bool job_control) {
    interactive_ = interactive;
    job_control_ = job_control;
    for (int signal : kInteractiveSignals)
        apply(signal);
    for (int signal : kJobSignals)
        apply(signal);
}

bool Traps::set(int signal, std::optional<std::string> action) {
    if (lists_parent_) {
        lists_parent_ = false;
        for (auto& each : actions_)
            if (each && !each->empty())
                each.reset();
    }
    if (signal != 0 && !interactive_ && ignored_at_start(signal))
        return true;
    actions_[signal] = std::move(action);
    apply(signal);
    return true;
}

bool Traps::has_actions() const {
    for (const auto& action : actions_)
        if (action && !action->empty())
            return true;
    return false;
}

void Traps::reset_dispositions() const {
    struct sigaction action{};
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < kSignals; ++signal) {
        bool own = (interactive_ && is_among(signal, kInteractiveSignals)) ||
                   (job_control_ && is_among(signal, kJobSignals));
        const auto& trap = actions_[signal];
        bool ignored = trap ? trap->empty() : inherited_[signal] == Inherited::ignored;
        if (!ignored && (own || trap))
            sigaction(signal, &action, nullptr);
    }
}

void Traps::reset_in_child() {
    const bool own_dispositions = interactive_ || job_control_;
    // It was caught, even if it was ignored at the start: the keyboard interrupts a child by fork as one by vfork.
    if (interactive_)
        inherited_[SIGINT] = Inherited::usual;
    interactive_ = false;
    job_control_ = false;
    lists_parent_ = false;
    has_interrupt_action_ = false;
    pending_any_ = 0;
    interrupted_ = 0;
    for (int signal = 1; signal < kSignals; ++signal)
        pending_[signal] = 0;
    for (int signal = 1; signal < kSignals; ++signal)
        if (own_dispositions && !actions_[signal] &&
            (is_among(signal, kInteractiveSignals) || is_among(signal, kJobSignals)))
            apply(signal);
    for (int signal = 0; signal < kSignals; ++signal) {
        if (!actions_[signal] || actions_[signal]->empty())
            continue;
        lists_parent_ = true;
        if (signal == 0)
            continue;
        struct sigaction action{};
        sigemptyset(&action.sa_mask);
        action.sa_handler = SIG_DFL;
        sigaction(signal, &action, nullptr);
    }
}

void Traps::ignore_keyboard_signals() {
    for (int signal : {SIGINT, SIGQUIT}) {
        if (actions_[signal])
            continue;
        inherited_[signal] = Inherited::ignored;
        apply(signal);
    }
}

int Traps::take_pending() {
    pending_any_ = 0;
    for (int signal = 1; signal < kSignals; ++signal) {
        if (!pending_[signal])
            continue;
        pending_[signal] = 0;
        pending_any_ = 1;
        if (actions_[signal] && !actions_[signal]->empty() && !lists_parent_)
            return signal;
    }
    return 0;
}

bool Traps::take_hangup() {
    if (!interactive_ || actions_[SIGHUP] || !pending_[SIGHUP])
        return false;
    pending_[SIGHUP] = 0;
    return true;
}

int Traps::first_pending() const {
    for (int signal = 1; signal < kSignals; ++signal)
        if (pending_[signal])
            return signal;
    return 0;
}

bool Traps::take_interrupt() {
    bool interrupted = interrupted_ != 0;
    interrupted_ = 0;
    return interrupted;
}

}  // namespace sh
