// The instantiations of std::sort that <algorithm> declares extern.
#include <algorithm>

namespace std {
inline namespace __1 {

// __less<T> is only a name for the instantiation; __less<> compares.
template <class Compare, class Iterator> void __sort(Iterator first, Iterator last, Compare) {
    __less<> compare;
    auto depth_limit = 2 * std::__log2i(last - first);
    std::__introsort<_ClassicAlgPolicy, __less<> &, Iterator, __use_branchless_sort<__less<>, Iterator>::value>(
        first, last, compare, depth_limit);
}

#define MARTLET_SORT(T) template void __sort<__less<T> &, T *>(T *, T *, __less<T> &);
MARTLET_SORT(char)
MARTLET_SORT(signed char)
MARTLET_SORT(unsigned char)
MARTLET_SORT(short)
MARTLET_SORT(unsigned short)
MARTLET_SORT(int)
MARTLET_SORT(unsigned)
MARTLET_SORT(long)
MARTLET_SORT(unsigned long)
MARTLET_SORT(long long)
MARTLET_SORT(unsigned long long)
MARTLET_SORT(float)
MARTLET_SORT(double)
MARTLET_SORT(long double)

} // namespace __1
} // namespace std
