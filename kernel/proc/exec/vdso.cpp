// Both parts are pages of the kernel image itself, behind one object that every address space shares.
#include "proc/exec/vdso.h"

#include "base/assert.h"
#include "base/init.h"
#include "mm/frame_allocator.h"
#include "time/vdso_data.h"

namespace martlet {

namespace {

extern "C" const char vdso_image_start[], vdso_image_end[];

u64 physical_of_image(const void* address) { return reinterpret_cast<u64>(address) - kKernelImageBase; }
u64 image_pages() { return static_cast<u64>(vdso_image_end - vdso_image_start) >> kPageShift; }

/// Page 0 is the clock's data, the image follows.
class VdsoObject final : public MemoryObject {
public:
    Result<Frame*> get_page(u64 index, PageAccess) override {
        Frame* frame = find_page(index);
        if (!frame) return Error(Errno::ENXIO);
        return frame;
    }
    Frame* find_page(u64 index) override {
        if (index > image_pages()) return nullptr;
        const void* page = index == 0 ? static_cast<const void*>(&g_vdso_page)
                                      : vdso_image_start + ((index - 1) << kPageShift);
        Frame& frame = frame_of({physical_of_image(page)});
        frame.acquire();
        return &frame;
    }
    const char* mapping_name(u64 first_index) const override { return first_index == 0 ? "[vvar]" : "[vdso]"; }
};

Ref<MemoryObject> vdso_object;

void create_vdso_object() {
    static_assert(sizeof(VdsoPage) == kPageSize);
    keep_image_frames(physical_of_image(&g_vdso_page), physical_of_image(&g_vdso_page + 1));
    keep_image_frames(physical_of_image(vdso_image_start), physical_of_image(vdso_image_end));
    Result<Ref<MemoryObject>> object = make_ref<VdsoObject>();
    if (!object) panic("memory: no room for the vDSO");
    vdso_object = std::move(*object);
}
INIT_TASK(Processes, create_vdso_object);

} // namespace

u64 vdso_size_bytes() { return (1 + image_pages()) << kPageShift; }

Result<u64> map_vdso(AddressSpace& space, u64 hint) {
    u64 data = TRY(space.map({.address = hint,
                              .size_bytes = vdso_size_bytes(),
                              .protection = kProtRead,
                              .flags = kMapPrivate,
                              .file = nullptr,
                              .object = vdso_object},
                             {}));
    u64 image = data + kPageSize;
    TRY(space.protect(image, vdso_size_bytes() - kPageSize, kProtRead | kProtExec));
    return image;
}

} // namespace martlet
