// DentryPool: memory of dentries, never given back for another use (see dentry.h: lock-free lookups rely on it).
#pragma once
#include "vfs/dentry.h"

namespace martlet {

class DentryPool {
public:
    /// A blank dentry with one reference, or null when memory is exhausted.
    static Dentry* allocate(std::string_view name, String& long_name);
    static void free(Dentry* dentry);
    static u64 live_count();

private:
    static bool grow();
};

} // namespace martlet
