// What `time` measures: from its making to its end, the time that passed and what the shell and its children used.
#pragma once

#include <ctime>
#include <sys/resource.h>

namespace sh {

class Stopwatch {
public:
    Stopwatch();
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    // Tells on standard error, one line each: real, user, sys.
    ~Stopwatch();

private:
    struct timespec begun_;
    struct rusage own_, children_;
};

}  // namespace sh
