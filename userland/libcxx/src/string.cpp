// The instantiations that <string> declares extern.
#include <string>

namespace std {
inline namespace __1 {

#define MARTLET_INSTANTIATE(...) template __VA_ARGS__;
_LIBCPP_STRING_V1_EXTERN_TEMPLATE_LIST(MARTLET_INSTANTIATE, char)

template string operator+<char, char_traits<char>, allocator<char>>(const char *, const string &);

} // namespace __1
} // namespace std
