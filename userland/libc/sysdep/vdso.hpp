// Functions that the kernel maps into the process (vdso(7)). A function is looked up at its first use, so that programs
// which never ask for it pay nothing; several threads may do so at once, with the same outcome.
#pragma once

#include <stdint.h>

namespace libc {

// Address of a function of the vDSO, 0 if there is none.
uintptr_t find_vdso_function(const char *name);

template <typename Type> class VdsoFunction {
  public:
    constexpr explicit VdsoFunction(const char *name) : name_(name) {}

    // Null if the kernel does not offer it.
    Type *get() {
        uintptr_t address = __atomic_load_n(&address_, __ATOMIC_RELAXED);
        if (__builtin_expect(address == kUnknown, 0)) {
            address = find_vdso_function(name_);
            __atomic_store_n(&address_, address, __ATOMIC_RELAXED);
        }
        return reinterpret_cast<Type *>(address);
    }

  private:
    static constexpr uintptr_t kUnknown = ~uintptr_t{0};
    const char *name_;
    uintptr_t address_ = kUnknown;
};

} // namespace libc
