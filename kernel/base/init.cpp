// Runs the initialisation tasks that INIT_TASK placed in their linker section.
#include "base/init.h"

extern "C" const martlet::InitTask __start_martlet_init_tasks[];
extern "C" const martlet::InitTask __stop_martlet_init_tasks[];

namespace martlet {

void run_init_tasks(InitLevel level) {
    for (const InitTask* task = __start_martlet_init_tasks; task != __stop_martlet_init_tasks; ++task)
        if (task->level == level) task->run();
}

} // namespace martlet
