// The services: starts, supervises and stops them in the order of their dependencies.
//
// Usual sequence: start_target or start/stop/restart note what is wanted; step() does what can be done now;
// events (an ended process, a program that runs, a time that has come) change states and step() goes on.
// Nothing here waits.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "log_keeper.h"
#include "plan.h"
#include "poller.h"
#include "service.h"

namespace init {

inline constexpr size_t kMaximumServices = 1000;

class Manager {
public:
    Manager(Poller& poller, LogKeeper& log) : poller_(poller), log_(log) {}

    /// Starts what the target holds; reports on the console what cannot.
    void start_target(const std::string& target);
    /// Each answers why it cannot be done, or an empty text; whether it succeeded is seen when the service
    /// has settled.
    std::string start(const std::string& name);
    std::string stop(const std::string& name);
    std::string restart(const std::string& name);
    /// Sends the signal by which the unit says that it reads its configuration anew.
    std::string reload(const std::string& name);
    /// Stops everything, and starts nothing any more.
    void stop_all();
    bool all_stopped() const;

    const Service* find(const std::string& name) const;
    const std::map<std::string, std::unique_ptr<Service>>& services() const { return services_; }

    void step();
    void tick();
    uint64_t deadline_ms() const;
    /// Takes the ends of processes. True if more may have ended: those who die faster than they are buried
    /// must not keep init from the rest of its work.
    bool reap();

private:
    Service* ensure(const std::string& name);
    std::string start_units(const std::vector<std::string>& names);
    void note_rejected(const Rejected& rejected);
    bool try_start(Service& service);
    bool break_deadlock();
    bool try_stop(Service& service);
    void mark_for_stop(Service& service, bool start_again);
    void launch_service(Service& service);
    void begin_stop(Service& service);
    void press_on(Service& service); // a stop that takes its time
    void on_exec_status(Service& service);
    void adopt_daemon(Service& service);
    void process_ended(Service& service, int status);
    void run_ended(Service& service, bool clean);
    void stopped(Service& service);
    void fail(Service& service, const std::string& reason);
    void set_state(Service& service, State state);
    void complain(const std::string& message);
    bool holds_terminals() const;
    void show_progress(const Service& service);
    void drop_log(Service& service);

    Poller& poller_;
    LogKeeper& log_;
    std::map<std::string, std::unique_ptr<Service>> services_;
    bool ending_ = false;
    bool terminal_in_use_ = false;  // progress is not shown any more
    uint64_t terminals_due_ms_ = 0; // at boot, terminals wait until then for the rest to start
};

} // namespace init
