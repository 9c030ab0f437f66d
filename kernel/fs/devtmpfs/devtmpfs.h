// The device file system, mounted at boot so that the first program finds its console.
#pragma once
#include "vfs/path_walk.h"

namespace martlet {

/// On `root`/dev, which is made if it is missing. Panics if that fails.
void mount_devtmpfs(const Path& root);

} // namespace martlet
