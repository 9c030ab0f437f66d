#include "manager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "launch.h"
#include "login_records.h"
#include "sessions.h"
#include "unit_folder.h"
#include "values.h"

namespace init {
namespace {

constexpr uint64_t kPollMs = 20;          // for what ends or appears without telling init
constexpr uint64_t kHangUpAfterMs = 1000; // a session that ignores SIGTERM is hung up
constexpr uint64_t kTerminalsWaitMs = 300; // at boot, for what is shown before somebody works there
constexpr size_t kShownNames = 5;
constexpr int kReapedAtOnce = 100;
constexpr uint64_t kUnkillableMs = 5000;         // after SIGKILL
constexpr uint64_t kLongestStopAtEndMs = 30'000; // whatever the unit says, when the system ends

std::string how_it_ended(int status) {
    if (WIFEXITED(status)) return "exited with status " + std::to_string(WEXITSTATUS(status));
    return "killed by signal " + std::to_string(WTERMSIG(status)) +
           (WCOREDUMP(status) ? " (core dumped)" : "");
}

/// Success, or the end that a program is asked for.
bool is_clean(int status) {
    if (WIFEXITED(status)) return WEXITSTATUS(status) == 0;
    int number = WTERMSIG(status);
    return number == SIGTERM || number == SIGHUP || number == SIGINT || number == SIGPIPE;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// A terminal's programs may outlive their session, as nohup's do.
Session processes_of(const Service& service) {
    return {service.session, service.unit.terminal.empty() ? service_mark(service.unit.name) : ""};
}

bool is_active(State state) { return state != State::Stopped && state != State::Failed; }

std::string in_seconds(uint64_t microseconds) {
    std::string digits = std::to_string(microseconds / 100 % 10'000 + 10'000);
    return std::to_string(microseconds / 1'000'000) + "." + digits.substr(1) + " s";
}

} // namespace

const char* state_name(State state) {
    static constexpr const char* kNames[] = {"stopped", "waiting",  "starting", "running",
                                             "done",    "stopping", "backoff",  "failed"};
    return kNames[static_cast<int>(state)];
}

const Service* Manager::find(const std::string& name) const {
    auto found = services_.find(name);
    return found == services_.end() ? nullptr : found->second.get();
}

Service* Manager::ensure(const std::string& name) {
    auto found = services_.find(name);
    if (found != services_.end()) return found->second.get();
    if (services_.size() >= kMaximumServices) return nullptr;
    auto service = std::make_unique<Service>();
    service->unit.name = name;
    clock_gettime(CLOCK_REALTIME, &service->since);
    return services_.emplace(name, std::move(service)).first->second.get();
}

// What is wanted.

void Manager::start_target(const std::string& target) {
    std::optional<std::vector<std::string>> names = target_units(target);
    if (!names)
        return report("there is no target " + target + " (" + kUnitFolder + "/" + target + ".target)");
    terminals_due_ms_ = monotonic_ms() + kTerminalsWaitMs;
    start_units(*names);
}

std::string Manager::start(const std::string& name) {
    if (const Service* service = find(name); service && service->state == State::Done)
        ensure(name)->state = State::Stopped;
    return start_units({name});
}

/// Answers why the first of the units cannot start.
std::string Manager::start_units(const std::vector<std::string>& names) {
    if (ending_) return "the system is ending";
    std::map<std::string, Unit> loaded;
    Plan plan = plan_start(names, [&](const std::string& name) -> const Unit* {
        const Service* service = find(name);
        if (service && is_active(service->state)) return &service->unit;
        std::optional<Unit> unit = load_unit(name);
        return unit ? &loaded.emplace(name, std::move(*unit)).first->second : nullptr;
    });
    std::string problem;
    for (const Rejected& each : plan.rejected) {
        note_rejected(each);
        if (each.name == names[0]) problem = each.reason;
    }
    for (const std::string& name : plan.start) {
        Service* service = ensure(name);
        if (service == nullptr) return "too many services";
        if (service->state == State::Stopping) service->start_wanted = true;
        if (service->state == State::BackOff && contains(names, name)) set_state(*service, State::Waiting);
        if (is_active(service->state)) continue;
        service->unit = std::move(loaded[name]);
        service->back_off.forget();
        service->restarts = 0;
        service->reason.clear();
        set_state(*service, State::Waiting);
    }
    return problem;
}

void Manager::note_rejected(const Rejected& rejected) {
    complain(rejected.name + " is not started: " + rejected.reason);
    Service* service = rejected.has_file ? ensure(rejected.name) : nullptr;
    if (service == nullptr || is_active(service->state)) return;
    service->reason = rejected.reason;
    set_state(*service, State::Failed);
}

void Manager::mark_for_stop(Service& service, bool start_again) {
    if (!is_active(service.state)) return;
    service.stop_wanted = true;
    service.start_wanted = start_again;
    for (auto& [name, other] : services_) // those that cannot do without
        if (!other->stop_wanted && contains(other->unit.requires_units, service.unit.name))
            mark_for_stop(*other, start_again);
}

std::string Manager::stop(const std::string& name) {
    auto found = services_.find(name);
    if (found == services_.end()) return load_unit(name) ? "" : "there is no such service";
    mark_for_stop(*found->second, false);
    return "";
}

std::string Manager::reload(const std::string& name) {
    const Service* service = find(name);
    if (!service || service->state != State::Running || service->main_pid <= 0) return "it does not run";
    if (service->unit.reload_signal == 0) return "it has no ReloadSignal";
    return kill(service->main_pid, service->unit.reload_signal) == 0 ? "" : strerror(errno);
}

std::string Manager::restart(const std::string& name) {
    auto found = services_.find(name);
    if (found == services_.end() || !is_active(found->second->state) || found->second->state == State::Done)
        return start(name);
    mark_for_stop(*found->second, true);
    return "";
}

void Manager::stop_all() {
    ending_ = true;
    uint64_t latest = monotonic_ms() + kLongestStopAtEndMs;
    for (auto& [name, service] : services_) {
        service->unit.stop_timeout_ms = std::min(service->unit.stop_timeout_ms, kLongestStopAtEndMs);
        if (service->state == State::Stopping) {
            service->stop_deadline_ms = std::min(service->stop_deadline_ms, latest);
            service->deadline_ms = std::min(service->deadline_ms, latest);
        }
        mark_for_stop(*service, false);
    }
}

bool Manager::all_stopped() const {
    return std::all_of(services_.begin(), services_.end(),
                       [](auto& each) { return !is_active(each.second->state); });
}

// What can be done now.

void Manager::step() {
    bool changed = true;
    while (changed) {
        changed = false;
        for (auto& [name, service] : services_) {
            if (service->stop_wanted)
                changed |= try_stop(*service);
            else if (service->state == State::Waiting)
                changed |= try_start(*service);
        }
        if (!changed) changed = break_deadlock();
    }
}

/// Units that were started one by one may name each other in a cycle. When nothing moves any more, one of
/// them need not wait to stop, and cannot start.
bool Manager::break_deadlock() {
    Service* blocked = nullptr;
    for (auto& [name, service] : services_) {
        State state = service->state;
        if (state == State::Starting || state == State::Stopping || state == State::BackOff) return false;
        if (service->deadline_ms != UINT64_MAX) return false;
        if (blocked == nullptr && ((service->stop_wanted && is_active(state)) || state == State::Waiting))
            blocked = service.get();
    }
    if (blocked == nullptr) return false;
    if (blocked->stop_wanted)
        begin_stop(*blocked);
    else
        fail(*blocked, "waits for units that wait for it");
    return true;
}

bool Manager::try_start(Service& service) {
    for (const std::string& name : service.unit.requires_units) {
        const Service* required = find(name);
        if (!required || !is_active(required->state)) {
            std::string why = required && !required->reason.empty() ? ": " + required->reason : "";
            fail(service, "requires " + name + ", which does not run" + why);
            return true;
        }
        if (required->state != State::Running && required->state != State::Done) return false;
    }
    for (const std::string& name : service.unit.after) {
        const Service* before = find(name);
        if (before && !is_settled(before->state)) return false;
    }
    if (!service.unit.terminal.empty() && holds_terminals()) {
        service.deadline_ms = terminals_due_ms_;
        return false;
    }
    launch_service(service);
    return true;
}

bool Manager::holds_terminals() const {
    if (terminal_in_use_ || monotonic_ms() >= terminals_due_ms_) return false;
    return std::any_of(services_.begin(), services_.end(), [](auto& each) {
        const Service& service = *each.second;
        return service.unit.terminal.empty() &&
               (service.state == State::Waiting || service.state == State::Starting);
    });
}

bool Manager::try_stop(Service& service) {
    if (service.state == State::Stopping) return false;
    if (!is_active(service.state)) {
        service.stop_wanted = false;
        return false;
    }
    for (auto& [name, other] : services_) {
        bool follows = contains(other->unit.requires_units, service.unit.name) ||
                       contains(other->unit.after, service.unit.name);
        if (follows && other->stop_wanted && is_active(other->state)) return false;
    }
    begin_stop(service);
    return true;
}

void Manager::launch_service(Service& service) {
    int status[2], log[2];
    service.started_us = monotonic_us();
    if (!service.log_write && service.unit.terminal.empty()) {
        if (pipe2(log, O_CLOEXEC) != 0) return fail(service, std::string("pipe: ") + strerror(errno));
        service.log_read.reset(log[0]);
        service.log_write.reset(log[1]);
        log_.add(service.unit.name, log[0]);
    }
    if (pipe2(status, O_CLOEXEC | O_NONBLOCK) != 0)
        return fail(service, std::string("pipe: ") + strerror(errno));
    service.exec_status.reset(status[0]);
    Descriptor write_end(status[1]);
    struct stat old;
    if (service.unit.type == ServiceType::Forking && lstat(service.unit.pid_file.c_str(), &old) == 0 &&
        S_ISREG(old.st_mode))
        unlink(service.unit.pid_file.c_str());
    if (!service.unit.terminal.empty()) show_progress(service);
    service.main_pid = launch(service.unit, service.log_write.get(), write_end.get());
    if (service.main_pid < 0) {
        service.main_pid = 0;
        return fail(service, std::string("fork: ") + strerror(errno));
    }
    service.session = service.main_pid;
    set_state(service, State::Starting);
    if (service.unit.start_timeout_ms != kNoTimeLimit)
        service.deadline_ms = monotonic_ms() + service.unit.start_timeout_ms;
    poller_.watch(status[0], [this, &service] { on_exec_status(service); });
}

/// The pipe of a started child has closed, because its program runs, or says why it does not.
void Manager::on_exec_status(Service& service) {
    if (!service.exec_status) return;
    char text[256];
    ssize_t size = read(service.exec_status.get(), text, sizeof text);
    if (size < 0) return;
    poller_.forget(service.exec_status.get());
    service.exec_status.reset();
    if (size > 0) {
        service.reason.assign(text, static_cast<size_t>(size)); // its end follows
        log_.note(service.unit.name, service.reason, LogKeeper::Urgency::StartsKeeper);
    } else if (service.state == State::Starting && service.unit.type == ServiceType::Simple) {
        set_state(service, State::Running);
    }
}

void Manager::begin_stop(Service& service) {
    if (service.main_pid == 0 && !has_process(service.state)) return stopped(service);
    set_state(service, State::Stopping);
    service.killed = false;
    uint64_t now = monotonic_ms();
    service.stop_deadline_ms =
        service.unit.stop_timeout_ms == kNoTimeLimit ? UINT64_MAX : now + service.unit.stop_timeout_ms;
    if (signal_session(processes_of(service), service.unit.stop_signal) == 0 && service.main_pid == 0)
        return stopped(service);
    if (service.main_pid > 0 && getsid(service.main_pid) != service.session)
        kill(service.main_pid, service.unit.stop_signal);
    // The end of a main process is told; for all else init has to look.
    service.deadline_ms =
        service.unit.terminal.empty() && service.main_pid > 0 ? service.stop_deadline_ms : now;
}

void Manager::press_on(Service& service) {
    uint64_t now = monotonic_ms();
    size_t members = session_members(processes_of(service)).size();
    if (service.main_pid == 0 && members == 0) return stopped(service);
    if (service.killed) {
        service.main_pid = 0;
        return fail(service, "does not end after SIGKILL");
    }
    if (now >= service.stop_deadline_ms) {
        log_.note(service.unit.name, "does not end in time: killed", LogKeeper::Urgency::StartsKeeper);
        signal_session(processes_of(service), SIGKILL);
        if (service.main_pid > 0) kill(service.main_pid, SIGKILL);
        service.killed = true;
        service.deadline_ms = now + kUnkillableMs;
        return;
    }
    service.deadline_ms = now + kPollMs;
    if (service.unit.terminal.empty()) return;
    // A terminal's session: an interactive shell takes no SIGTERM. It is hung up when its programs have
    // ended.
    bool impatient = service.stop_deadline_ms - now + kHangUpAfterMs <= service.unit.stop_timeout_ms;
    if (!impatient && members > 1) return;
    signal_session(processes_of(service), SIGHUP);
    service.deadline_ms = service.stop_deadline_ms;
}

// What happens.

bool Manager::reap() {
    for (int count = 0; count < kReapedAtOnce; ++count) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0) return false;
        if (pid == log_.pid()) log_.ended();
        for (auto& [name, service] : services_) {
            if (service->main_pid != pid) continue;
            process_ended(*service, status);
            break;
        }
    }
    return true;
}

void Manager::process_ended(Service& service, int status) {
    on_exec_status(service);
    service.main_pid = 0;
    if (!service.unit.terminal.empty()) record_session_end(service.session, service.unit.terminal);
    bool clean = is_clean(status);
    if (service.state == State::Stopping) {
        if (service.unit.terminal.empty()) signal_session(processes_of(service), SIGKILL); // had its SIGTERM
        service.reason = how_it_ended(status);
        return stopped(service);
    }
    bool succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (service.state == State::Starting && succeeded && service.unit.type == ServiceType::Forking)
        return adopt_daemon(service);
    if (service.state == State::Starting && succeeded && service.unit.type == ServiceType::Oneshot) {
        drop_log(service);
        return set_state(service, State::Done);
    }
    if (service.state == State::Starting && service.unit.type != ServiceType::Simple) clean = false;
    // The reason is known already if its program could not be run, or took too long to start.
    if (service.state == State::Running || service.reason.empty()) service.reason = how_it_ended(status);
    run_ended(service, clean);
}

/// Type=forking, and the starter has ended well: the daemon is the process that PIDFile names, once it is
/// there.
void Manager::adopt_daemon(Service& service) {
    std::string text = read_file(service.unit.pid_file, 32);
    size_t end = text.find_last_not_of(" \n");
    std::optional<uint64_t> pid =
        parse_number(std::string_view(text).substr(0, end == text.npos ? 0 : end + 1));
    if (pid && *pid > 1 && *pid < INT32_MAX && is_own_child(static_cast<pid_t>(*pid))) {
        auto is_its = [&](auto& each) { return each.second->main_pid == static_cast<pid_t>(*pid); };
        if (std::none_of(services_.begin(), services_.end(), is_its)) {
            service.main_pid = static_cast<pid_t>(*pid);
            service.session = getsid(service.main_pid);
            return set_state(service, State::Running);
        }
    }
    uint64_t limit = service.unit.start_timeout_ms;
    if (monotonic_us() - service.started_us < limit * 1000) {
        service.deadline_ms = monotonic_ms() + kPollMs;
        return;
    }
    service.reason = service.unit.pid_file + " names no process of the service";
    run_ended(service, false);
}

/// A service ended by itself: it starts again, now or later, or stays as it is.
void Manager::run_ended(Service& service, bool clean) {
    uint64_t ran_ms = (monotonic_us() - service.started_us) / 1000;
    if (service.unit.terminal.empty()) signal_session(processes_of(service), SIGKILL); // what it left behind
    bool again = service.unit.restart == RestartPolicy::Always ||
                 (service.unit.restart == RestartPolicy::OnFailure && !clean);
    if (!again) return clean ? stopped(service) : fail(service, service.reason);
    auto delay =
        service.back_off.next_delay_ms(ran_ms, service.unit.restart_delay_ms, service.unit.start_limit);
    if (!delay)
        return fail(service,
                    service.reason + ", " + std::to_string(service.unit.start_limit) + " times in a row");
    log_.note(service.unit.name, service.reason + "; starts again in " + std::to_string(*delay) + " ms",
              service.unit.terminal.empty() && !clean ? LogKeeper::Urgency::StartsKeeper
                                                      : LogKeeper::Urgency::WhenRunning);
    ++service.restarts;
    set_state(service, State::BackOff);
    service.deadline_ms = monotonic_ms() + *delay;
}

void Manager::stopped(Service& service) {
    drop_log(service);
    service.stop_wanted = false;
    set_state(service, State::Stopped);
    if (!service.start_wanted) return;
    service.start_wanted = false;
    start_units({service.unit.name});
}

void Manager::fail(Service& service, const std::string& reason) {
    service.reason = reason;
    service.stop_wanted = service.start_wanted = false;
    complain(service.unit.name + " failed: " + reason);
    log_.note(service.unit.name, "failed: " + reason, LogKeeper::Urgency::StartsKeeper);
    drop_log(service);
    set_state(service, State::Failed);
}

void Manager::drop_log(Service& service) {
    if (!service.log_read) return;
    log_.remove(service.unit.name);
    service.log_read.reset();
    service.log_write.reset();
}

void Manager::set_state(Service& service, State state) {
    bool begins = state == State::Running || state == State::Done;
    service.state = state;
    service.deadline_ms = UINT64_MAX;
    clock_gettime(CLOCK_REALTIME, &service.since);
    if (!has_process(state) && service.exec_status) {
        poller_.forget(service.exec_status.get());
        service.exec_status.reset();
    }
    if (!begins) return;
    service.took_us = monotonic_us() - service.started_us;
    log_.note(service.unit.name,
              state == State::Done ? "done" : "runs as process " + std::to_string(service.main_pid),
              LogKeeper::Urgency::WhenRunning);
    if (service.unit.terminal.empty()) show_progress(service);
}

/// To the console, or to the kernel's log when somebody works there.
void Manager::complain(const std::string& message) {
    if (terminal_in_use_)
        note_in_kernel_log(message);
    else
        report(message);
}

/// At boot, until the first terminal is handed out: what has started and how long it took, and what is still
/// starting.
void Manager::show_progress(const Service& service) {
    if (terminal_in_use_) return;
    if (service.unit.terminal.empty())
        return report(service.unit.name + ": " + state_name(service.state) + " after " +
                      in_seconds(service.took_us));
    terminal_in_use_ = true;
    std::string late;
    size_t count = 0;
    for (auto& [name, other] : services_)
        if (other->unit.terminal.empty() && !is_settled(other->state) && ++count <= kShownNames)
            late += (late.empty() ? "; still starting: " : ", ") + name;
    if (count > kShownNames) late += " and " + std::to_string(count - kShownNames) + " more";
    report("terminals start " + in_seconds(monotonic_us()) + " after the kernel" + late);
}

void Manager::tick() {
    uint64_t now = monotonic_ms();
    for (auto& [name, each] : services_) {
        Service& service = *each;
        if (now < service.deadline_ms) continue;
        service.deadline_ms = UINT64_MAX;
        if (service.state == State::BackOff) {
            set_state(service, State::Waiting);
        } else if (service.state == State::Stopping) {
            press_on(service);
        } else if (service.state == State::Starting && service.main_pid == 0) {
            adopt_daemon(service);
        } else if (service.state == State::Starting) {
            service.reason = "did not start in time";
            signal_session(processes_of(service), SIGKILL); // its end follows
        }
    }
}

uint64_t Manager::deadline_ms() const {
    uint64_t first = UINT64_MAX;
    for (auto& [name, service] : services_) first = std::min(first, service->deadline_ms);
    return first;
}

} // namespace init
