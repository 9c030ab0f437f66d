#include "vfs/path.h"

#include "vfs/dentry.h"
#include "vfs/limits.h"
#include "vfs/mount.h"

namespace martlet {

Path::Path() = default;
Path::Path(Ref<Mount> mount, Ref<Dentry> dentry) : mount_(std::move(mount)), dentry_(std::move(dentry)) {}
Path::Path(const Path&) = default;
Path::Path(Path&&) noexcept = default;
Path& Path::operator=(Path other) noexcept {
    std::swap(mount_, other.mount_);
    std::swap(dentry_, other.dentry_);
    return *this;
}
Path::~Path() = default;

namespace {

/// A path written from its end to its front.
class BackwardText {
public:
    explicit BackwardText(char* buffer) : buffer_(buffer) {}
    bool prepend(std::string_view text) {
        if (text.size() > start_) return false;
        start_ -= text.size();
        memcpy(buffer_ + start_, text.data(), text.size());
        return true;
    }
    std::string_view view() const { return {buffer_ + start_, kPathMax - 1 - start_}; }

private:
    char* buffer_;
    usize start_ = kPathMax - 1;
};

} // namespace

Result<String> Path::to_string(const Path& root) const {
    if (dentry_->is_anonymous()) return String::create(dentry_->name());
    Own<char[]> buffer(new (std::nothrow) char[kPathMax]);
    if (!buffer) return Error(Errno::ENOMEM);
    BackwardText text(buffer.get());
    bool fits = !dentry_->is_deleted() || text.prepend(" (deleted)");
    bool is_reachable = false;
    bool has_component = false;
    {
        LockGuard guard(name_space_lock);
        const Mount* mount = mount_.get();
        const Dentry* dentry = dentry_.get();
        while (fits) {
            if (root && dentry == root.dentry_.get() && mount == root.mount_.get()) {
                is_reachable = true;
                break;
            }
            if (dentry == &mount->root() || dentry->is_root()) {
                const Mount* parent =
                    dentry == &mount->root() ? mount->parent_.load(std::memory_order_relaxed) : nullptr;
                if (!parent) {
                    is_reachable = !root || mount == &root.mount();
                    break;
                }
                dentry = mount->point_.load(std::memory_order_relaxed);
                mount = parent;
                continue;
            }
            fits = text.prepend(dentry->name()) && text.prepend("/");
            has_component = true;
            dentry = dentry->parent();
        }
    }
    if (fits && !has_component) fits = text.prepend("/");
    if (fits && !is_reachable) fits = text.prepend("(unreachable)");
    if (!fits) return Error(Errno::ENAMETOOLONG);
    return String::create(text.view());
}

Result<String> Path::to_string_in_file_system() const {
    Own<char[]> buffer(new (std::nothrow) char[kPathMax]);
    if (!buffer) return Error(Errno::ENOMEM);
    BackwardText text(buffer.get());
    bool fits = true;
    {
        LockGuard guard(name_space_lock);
        for (const Dentry* dentry = dentry_.get(); fits && !dentry->is_root(); dentry = dentry->parent())
            fits = text.prepend(dentry->name()) && text.prepend("/");
    }
    if (!fits) return Error(Errno::ENAMETOOLONG);
    return String::create(text.view().empty() ? "/" : text.view());
}

} // namespace martlet
