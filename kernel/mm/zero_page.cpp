#include "mm/zero_page.h"

#include "base/assert.h"

namespace martlet {

namespace {
PhysicalAddress zero_page_address;
}

void zero_page_init() {
    Result<Frame*> frame = allocate_frame(FrameUse::Kernel, Zeroing::Yes);
    if (!frame) panic("memory: not even one page is free");
    zero_page_address = (*frame)->physical();
}

PhysicalAddress zero_page() { return zero_page_address; }

} // namespace martlet
