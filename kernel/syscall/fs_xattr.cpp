// setxattr, getxattr, listxattr, removexattr and their l- and f- forms.
#include "syscall/file_support.h"
#include "syscall/fs.h"
#include "vfs/extended_attributes.h"
#include "vfs/notify.h"

namespace martlet {
namespace {

Result<Path> path_of_name(UserString path, u32 at_flags) {
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, path));
    return name.walk(at_flags);
}

Result<Path> path_of_descriptor(int fd, Rights needed) {
    Ref<File> file = TRY(get_open_file(fd, needed));
    if (!file->path()) return Error(Errno::EOPNOTSUPP);
    return file->path();
}

/// An empty or over-long name is ERANGE.
Result<String> load_name(UserString name) {
    String text = TRY(copy_user_string(name, kAttributeNameMax, Errno::ERANGE));
    if (text.is_empty()) return Error(Errno::ERANGE);
    return text;
}

/// A buffer of the kernel for `size` bytes; none for 0.
template <typename T> Result<Own<T[]>> make_buffer(usize size) {
    if (size == 0) return Own<T[]>();
    Own<T[]> buffer(new (std::nothrow) T[size]);
    if (!buffer) return Error(Errno::ENOMEM);
    return buffer;
}

Result<void> set(const Path& path, UserString name, UserPtr<const u8> value, usize size, u32 flags) {
    if (flags & ~(kAttributeCreate | kAttributeReplace)) return Error(Errno::EINVAL);
    String text = TRY(load_name(name));
    if (size > kAttributeValueMax) return Error(Errno::E2BIG);
    Own<u8[]> buffer = TRY(make_buffer<u8>(size));
    if (size > 0) TRY(value.load_array({buffer.get(), size}));
    TRY(set_attribute(path, text, {buffer.get(), size}, flags));
    notify_path(path, kNotifyAttribute);
    return {};
}

Result<usize> get(const Path& path, UserString name, UserPtr<u8> value, usize size) {
    String text = TRY(load_name(name));
    if (size > kAttributeValueMax) size = kAttributeValueMax;
    Own<u8[]> buffer = TRY(make_buffer<u8>(size));
    usize found = TRY(get_attribute(path, text, {buffer.get(), size}));
    if (size > 0) TRY(value.store_array({buffer.get(), found}));
    return found;
}

Result<usize> list(const Path& path, UserPtr<char> names, usize size) {
    if (size > kAttributeListMax) size = kAttributeListMax;
    Own<char[]> buffer = TRY(make_buffer<char>(size));
    usize found = TRY(list_attributes(path, {buffer.get(), size}));
    if (size > 0) TRY(names.store_array({buffer.get(), found}));
    return found;
}

Result<void> remove(const Path& path, UserString name) {
    String text = TRY(load_name(name));
    TRY(remove_attribute(path, text));
    notify_path(path, kNotifyAttribute);
    return {};
}

} // namespace

Result<void> sys_setxattr(UserString path, UserString name, UserPtr<const u8> value, usize size, u32 flags) {
    return set(TRY(path_of_name(path, 0)), name, value, size, flags);
}
Result<void> sys_lsetxattr(UserString path, UserString name, UserPtr<const u8> value, usize size, u32 flags) {
    return set(TRY(path_of_name(path, kAtSymlinkNoFollow)), name, value, size, flags);
}
Result<void> sys_fsetxattr(int fd, UserString name, UserPtr<const u8> value, usize size, u32 flags) {
    return set(TRY(path_of_descriptor(fd, Rights::Manage)), name, value, size, flags);
}

Result<usize> sys_getxattr(UserString path, UserString name, UserPtr<u8> value, usize size) {
    return get(TRY(path_of_name(path, 0)), name, value, size);
}
Result<usize> sys_lgetxattr(UserString path, UserString name, UserPtr<u8> value, usize size) {
    return get(TRY(path_of_name(path, kAtSymlinkNoFollow)), name, value, size);
}
Result<usize> sys_fgetxattr(int fd, UserString name, UserPtr<u8> value, usize size) {
    return get(TRY(path_of_descriptor(fd, Rights::Read)), name, value, size);
}

Result<usize> sys_listxattr(UserString path, UserPtr<char> names, usize size) {
    return list(TRY(path_of_name(path, 0)), names, size);
}
Result<usize> sys_llistxattr(UserString path, UserPtr<char> names, usize size) {
    return list(TRY(path_of_name(path, kAtSymlinkNoFollow)), names, size);
}
Result<usize> sys_flistxattr(int fd, UserPtr<char> names, usize size) {
    return list(TRY(path_of_descriptor(fd, Rights::Read)), names, size);
}

Result<void> sys_removexattr(UserString path, UserString name) { return remove(TRY(path_of_name(path, 0)), name); }
Result<void> sys_lremovexattr(UserString path, UserString name) {
    return remove(TRY(path_of_name(path, kAtSymlinkNoFollow)), name);
}
Result<void> sys_fremovexattr(int fd, UserString name) {
    return remove(TRY(path_of_descriptor(fd, Rights::Manage)), name);
}

} // namespace martlet
