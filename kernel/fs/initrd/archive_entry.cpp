#include "fs/initrd/archive_entry.h"

namespace martlet {

Result<String> clean_archive_path(std::string_view path) {
    auto* clean = static_cast<char*>(::operator new(path.size() + 1, std::nothrow));
    if (!clean) return Error(Errno::ENOMEM);
    usize size = 0;
    while (!path.empty()) {
        usize end = path.find('/');
        std::string_view component = path.substr(0, end);
        path = end == path.npos ? std::string_view() : path.substr(end + 1);
        if (component.empty() || component == "." || component == "..") continue;
        if (size > 0) clean[size++] = '/';
        memcpy(clean + size, component.data(), component.size());
        size += component.size();
    }
    clean[size] = '\0';
    return String::adopt(clean, size);
}

} // namespace martlet
