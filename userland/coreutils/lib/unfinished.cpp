#include "lib/unfinished.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace coreutils {
namespace {

char* volatile unfinished_name = nullptr; // read by the handler

void remove_and_end(int number) {
    if (unfinished_name) unlink(unfinished_name);
    signal(number, SIG_DFL);
    raise(number); // taken when this handler returns
}

} // namespace

Unfinished::SignalsHeld::SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before_);
}

Unfinished::SignalsHeld::~SignalsHeld() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

void Unfinished::note(const std::string& name) {
    unfinished_name = strdup(name.c_str());
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        if (signal(number, remove_and_end) == SIG_IGN) signal(number, SIG_IGN);
}

Unfinished::~Unfinished() {
    char* name = unfinished_name;
    unfinished_name = nullptr;
    free(name);
}

} // namespace coreutils
