// A service at run time: its unit, where it stands, and the processes and pipes that belong to it.
//
// States:   Stopped -> Waiting -> Starting -> Running | Done -> Stopping -> Stopped
//           any of the middle ones -> BackOff -> Waiting, or -> Failed; a start leads on from Stopped, Done
//           and Failed.
// The manager (manager.h) is the only one who changes a service.
#pragma once
#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <string>

#include "back_off.h"
#include "system.h"
#include "unit.h"

namespace init {

enum class State {
    Stopped,
    Waiting,  // for what it requires or starts after
    Starting, // its program is on the way (oneshot, forking: at work)
    Running,
    Done, // a oneshot that succeeded
    Stopping,
    BackOff, // ended, will start again at `deadline_ms`
    Failed,
};

const char* state_name(State state);
/// Whether a program of the service runs.
inline bool has_process(State state) {
    return state == State::Starting || state == State::Running || state == State::Stopping;
}
/// Whether whoever waits for a start or stop of the service has its answer.
inline bool is_settled(State state) {
    return state != State::Waiting && state != State::Starting && state != State::Stopping;
}

struct Service {
    Unit unit;
    State state = State::Stopped;
    pid_t main_pid = 0;      // 0: none
    pid_t session = 0;       // of what it started; what left it is found by its mark (sessions.h); 0: none
    timespec since = {};     // real time of the last change of state
    uint64_t started_us = 0; // monotonic, of the last start
    uint64_t took_us = 0;    // from then until it ran or was done
    uint64_t deadline_ms = UINT64_MAX; // monotonic: `state` has lasted too long (BackOff: long enough)
    uint64_t stop_deadline_ms = 0; // Stopping: when SIGKILL is due
    bool killed = false;           // Stopping: SIGKILL was sent
    bool stop_wanted = false, start_wanted = false; // start_wanted with stop_wanted: start again afterwards
    unsigned restarts = 0;                          // by itself, since it was last asked to start
    std::string reason;                             // why it ended, or cannot start
    BackOff back_off;
    Descriptor exec_status;         // Starting: closes when the program runs, or says why it cannot
    Descriptor log_read, log_write; // the pipe that is its standard output and error
};

} // namespace init
