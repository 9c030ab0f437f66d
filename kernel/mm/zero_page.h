// The one frame of zeros that reads of untouched anonymous memory see; mapped uncounted and read-only.
#pragma once
#include "mm/frame.h"

namespace martlet {

void zero_page_init();
PhysicalAddress zero_page();

} // namespace martlet
