#pragma once

#include "files/change.h"
#include "framework/diagnostics.h"
#include "lib/same_file.h"

namespace coreutils {

int run_changes(const ChangeWalk& settings, auto operands, auto change) {
    bool good = true;
    for (const char* operand : operands) {
        if (settings.recursive && settings.preserve_root && is_root_directory(operand)) {
            warn("it is dangerous to operate recursively on '%s'; use --no-preserve-root to override",
                 operand);
            good = false;
            continue;
        }
        Walk walk(settings.recursive     ? settings.follow
                  : settings.dereference ? Follow::roots
                                         : Follow::never);
        walk.start(operand);
        while (walk.next()) {
            switch (walk.visit()) {
            case Walk::Visit::failed:
            case Walk::Visit::cycle:
                if (!settings.quiet) warn_errno(walk.path(), walk.error() ? walk.error() : ELOOP);
                good = false;
                break;
            case Walk::Visit::directory:
            case Walk::Visit::file: {
                struct stat info;
                if (!walk.stat(info)) {
                    if (!settings.quiet) warn_errno(walk.path());
                    good = false;
                } else {
                    good = change(walk, info) && good;
                }
                if (!settings.recursive) walk.skip();
                break;
            }
            case Walk::Visit::directory_done:
                break;
            }
        }
    }
    return good ? 0 : 1;
}

} // namespace coreutils
