// What chmod, chown and chgrp share: a walk over the operands with -R, -H, -L, -P, and the reports of -v and
// -c.
#pragma once

#include "lib/walk.h"

#include <string>

namespace coreutils {

enum class Report { none, changes, all };

struct ChangeWalk {
    bool recursive = false;
    Follow follow = Follow::never; // with -R
    bool dereference = true;       // without it: -h turns it off
    bool preserve_root = false;
    bool quiet = false;
    Report report = Report::none;
};

// Runs `change(walk, info)` for everything; it returns whether it succeeded. Directories come before their
// entries.
int run_changes(const ChangeWalk& settings, auto operands, auto change);

} // namespace coreutils

#include "files/change_inline.h"
