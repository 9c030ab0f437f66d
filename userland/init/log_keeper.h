// init's side of the log keeper (/sbin/logd), the one process that writes /var/log. init holds the pipes of
// the services and the socket /dev/log, and starts the keeper when the first of them has something to say; a
// keeper that dies is started again then, and nothing of what the pipes still hold is lost.
//
// Messages to it are datagrams: 'P' NAME with the pipe's read end, 'S' with /dev/log, 'E' NAME '\n' TEXT for
// a line of init's own in the log of a service. init never waits for it: what does not fit is handed over
// later, a line is dropped.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "back_off.h"
#include "poller.h"
#include "system.h"

namespace init {

class LogKeeper {
public:
    explicit LogKeeper(Poller& poller) : poller_(poller) {}

    /// Makes /dev/log.
    void open_syslog();
    /// A pipe whose read end the keeper copies into NAME.log; `read_end` stays the caller's until remove().
    void add(const std::string& name, int read_end);
    /// The writer is gone for good. What the pipe still holds is copied before.
    void remove(const std::string& name);
    enum class Urgency { WhenRunning, StartsKeeper };
    /// A line in the service's log; without urgency only if the keeper runs anyway.
    void note(const std::string& name, const std::string& text, Urgency urgency);

    /// The keeper takes what the pipes hold, and ends.
    void close() { link_.reset(); }

    pid_t pid() const { return pid_; }
    void ended();
    /// When tick() is due.
    uint64_t deadline_ms() const { return pid_ == 0 ? not_before_ms_ : UINT64_MAX; }
    void tick();

private:
    void start();
    void offer(const std::string& name);
    bool send(const std::string& message, int fd);

    struct Source {
        int fd;
        bool handed_over;
    };
    Poller& poller_;
    std::map<std::string, Source> sources_; // "": /dev/log
    Descriptor link_, syslog_;
    pid_t pid_ = 0;
    uint64_t started_ms_ = 0,
             not_before_ms_ = UINT64_MAX; // UINT64_MAX: as soon as there is something to copy
    BackOff back_off_;
};

} // namespace init
