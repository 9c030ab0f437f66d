// The counted blocks behind std::shared_ptr and weak_ptr ([util.sharedptr]). Counts are kept one below their value,
// as the headers expect, and atomically: threads may come with the C library.
#include <memory>

namespace std {
inline namespace __1 {

const char *bad_weak_ptr::what() const noexcept { return "bad_weak_ptr"; }
bad_weak_ptr::~bad_weak_ptr() noexcept {}

__shared_count::~__shared_count() {}
__shared_weak_count::~__shared_weak_count() {}

void __shared_weak_count::__release_weak() noexcept {
    if (__atomic_add_fetch(&__shared_weak_owners_, -1, __ATOMIC_ACQ_REL) == -1)
        __on_zero_shared_weak();
}

__shared_weak_count *__shared_weak_count::lock() noexcept {
    long owners = __atomic_load_n(&__shared_owners_, __ATOMIC_SEQ_CST);
    while (owners != -1) {
        if (__atomic_compare_exchange_n(&__shared_owners_, &owners, owners + 1, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return this;
    }
    return nullptr;
}

const void *__shared_weak_count::__get_deleter(const type_info &) const noexcept { return nullptr; }

} // namespace __1
} // namespace std
