// fts: walking a hierarchy entry by entry (fts(3)). Directories are read whole, sorted by the caller's order, and
// never held open; names are always opened by path (as if FTS_NOCHDIR were given), so the working directory stays.
#include "internal/array.hpp"

#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef int (*Order)(const FTSENT **, const FTSENT **);

struct __fts {
    int options;
    Order order;
    FTSENT *current;  // returned last
    FTSENT *children; // of `current`, when fts_children has read them
    FTSENT *root;     // the parent of all arguments
    dev_t device;
    char *path;
    size_t path_bytes;
};

namespace {

FTSENT *new_entry(const char *name, size_t length) {
    auto* entry =
        static_cast<FTSENT*>(calloc(1, sizeof(FTSENT) + length + sizeof(struct stat) + alignof(struct stat)));
    if (!entry)
        return nullptr;
    memcpy(entry->fts_name, name, length + 1);
    entry->fts_namelen = length;
    auto place = reinterpret_cast<size_t>(entry->fts_name + length + 1);
    place = (place + alignof(struct stat) - 1) & ~(alignof(struct stat) - 1);
    entry->fts_statp = reinterpret_cast<struct stat *>(place);
    return entry;
}

void free_list(FTSENT *entry) {
    while (entry) {
        FTSENT *next = entry->fts_link;
        free(entry);
        entry = next;
    }
}

bool set_path(FTS *walk, FTSENT *entry) {
    size_t parent = entry->fts_level > FTS_ROOTLEVEL ? entry->fts_parent->fts_pathlen : 0;
    size_t needed = parent + entry->fts_namelen + 2;
    if (needed > walk->path_bytes) {
        auto *grown = static_cast<char *>(realloc(walk->path, needed * 2));
        if (!grown)
            return false;
        walk->path = grown;
        walk->path_bytes = needed * 2;
    }
    char *at = walk->path + parent;
    if (parent > 0 && at[-1] != '/')
        *at++ = '/';
    memcpy(at, entry->fts_name, entry->fts_namelen + 1);
    entry->fts_path = entry->fts_accpath = walk->path;
    entry->fts_pathlen = static_cast<size_t>(at - walk->path) + entry->fts_namelen;
    return true;
}

// The entry's kind, from its status.
unsigned short classify(FTS *walk, FTSENT *entry, bool follow) {
    struct stat &status = *entry->fts_statp;
    bool logical = follow || (walk->options & FTS_LOGICAL);
    if ((logical ? stat(entry->fts_path, &status) : lstat(entry->fts_path, &status)) < 0) {
        int error = errno;
        if (logical && lstat(entry->fts_path, &status) == 0)
            return FTS_SLNONE;
        entry->fts_errno = error;
        status = {};
        return FTS_NS;
    }
    entry->fts_dev = status.st_dev;
    entry->fts_ino = status.st_ino;
    entry->fts_nlink = status.st_nlink;
    if (!S_ISDIR(status.st_mode))
        return S_ISLNK(status.st_mode) ? FTS_SL : S_ISREG(status.st_mode) ? FTS_F : FTS_DEFAULT;
    if (strcmp(entry->fts_name, ".") == 0 || strcmp(entry->fts_name, "..") == 0)
        return entry->fts_level == FTS_ROOTLEVEL ? FTS_D : FTS_DOT;
    for (FTSENT *above = entry->fts_parent; above && above->fts_level >= FTS_ROOTLEVEL; above = above->fts_parent) {
        if (above->fts_ino == entry->fts_ino && above->fts_dev == entry->fts_dev) {
            entry->fts_cycle = above;
            return FTS_DC;
        }
    }
    return FTS_D;
}

FTSENT *sort(FTS *walk, FTSENT *list) {
    libc::Array<FTSENT *> entries;
    for (FTSENT *entry = list; entry; entry = entry->fts_link) {
        if (!entries.add(entry))
            return list; // unsorted is better than nothing
    }
    if (!walk->order || entries.size() < 2)
        return list;
    qsort(entries.data(), entries.size(), sizeof(FTSENT *),
          reinterpret_cast<int (*)(const void *, const void *)>(walk->order));
    for (size_t i = 0; i < entries.size(); i++)
        entries[i]->fts_link = i + 1 < entries.size() ? entries[i + 1] : nullptr;
    return entries[0];
}

// The entries of a directory, or null; its errno is kept in the directory's entry.
FTSENT *read_children(FTS *walk, FTSENT *directory, bool names_only) {
    if (!set_path(walk, directory)) {
        directory->fts_errno = ENOMEM;
        return nullptr;
    }
    DIR *stream = opendir(directory->fts_path);
    if (!stream) {
        directory->fts_errno = errno;
        directory->fts_info = FTS_DNR;
        return nullptr;
    }
    FTSENT *first = nullptr, **tail = &first;
    for (;;) {
        errno = 0;
        dirent *each = readdir(stream);
        if (!each) {
            directory->fts_errno = errno;
            break;
        }
        bool dot = strcmp(each->d_name, ".") == 0 || strcmp(each->d_name, "..") == 0;
        if (dot && !(walk->options & FTS_SEEDOT))
            continue;
        FTSENT *entry = new_entry(each->d_name, strlen(each->d_name));
        if (!entry || (entry->fts_level = directory->fts_level + 1, entry->fts_parent = directory,
                       !set_path(walk, entry))) {
            free(entry);
            directory->fts_errno = ENOMEM;
            break;
        }
        bool skip_status = names_only || ((walk->options & FTS_NOSTAT) && each->d_type != DT_UNKNOWN &&
                                          each->d_type != DT_DIR &&
                                          !((walk->options & FTS_LOGICAL) && each->d_type == DT_LNK));
        entry->fts_info = skip_status ? FTS_NSOK : classify(walk, entry, false);
        *tail = entry;
        tail = &entry->fts_link;
    }
    closedir(stream);
    return sort(walk, first);
}

FTSENT *give(FTS *walk, FTSENT *entry) {
    walk->current = entry;
    return set_path(walk, entry) ? entry : nullptr;
}

} // namespace

extern "C" {

FTS *fts_open(char *const *paths, int options, Order order) {
    if (!*paths || !(options & (FTS_LOGICAL | FTS_PHYSICAL))) {
        errno = EINVAL;
        return nullptr;
    }
    auto *walk = static_cast<FTS *>(calloc(1, sizeof(FTS)));
    FTSENT *root = walk ? new_entry("", 0) : nullptr;
    if (!root) {
        free(walk);
        return nullptr;
    }
    root->fts_level = FTS_ROOTPARENTLEVEL;
    walk->options = options;
    walk->order = order;
    walk->root = walk->current = root;
    FTSENT **tail = &walk->children;
    for (; *paths; paths++) {
        FTSENT *entry = new_entry(*paths, strlen(*paths));
        if (!entry) {
            fts_close(walk);
            return nullptr;
        }
        entry->fts_level = FTS_ROOTLEVEL;
        entry->fts_parent = root;
        *tail = entry;
        tail = &entry->fts_link;
        if (!set_path(walk, entry)) {
            fts_close(walk);
            return nullptr;
        }
        entry->fts_info = classify(walk, entry, (options & FTS_COMFOLLOW) != 0);
    }
    walk->children = sort(walk, walk->children);
    root->fts_info = FTS_D;
    return walk;
}

FTSENT *fts_read(FTS *walk) {
    FTSENT *entry = walk->current;
    if (!entry)
        return nullptr;
    int instruction = entry->fts_instr;
    entry->fts_instr = 0;
    if (instruction == FTS_AGAIN) {
        if (!set_path(walk, entry))
            return nullptr;
        entry->fts_info = classify(walk, entry, false);
        return entry;
    }
    if (instruction == FTS_FOLLOW && (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE)) {
        if (!set_path(walk, entry))
            return nullptr;
        entry->fts_info = classify(walk, entry, true);
        return entry;
    }
    if (entry->fts_info == FTS_D) { // go down, or come back at once
        bool stays = instruction == FTS_SKIP || ((walk->options & FTS_XDEV) && entry->fts_level > FTS_ROOTLEVEL &&
                                                 entry->fts_dev != walk->device);
        if (entry->fts_level == FTS_ROOTLEVEL)
            walk->device = entry->fts_dev;
        FTSENT *children = nullptr;
        if (entry == walk->root) {
            children = walk->children;
            walk->children = nullptr;
        } else if (stays) {
            free_list(walk->children);
            walk->children = nullptr;
        } else if (walk->children && walk->children->fts_info != FTS_NSOK) {
            children = walk->children;
            walk->children = nullptr;
        } else {
            free_list(walk->children);
            walk->children = nullptr;
            children = read_children(walk, entry, false);
            if (entry->fts_info == FTS_DNR)
                return give(walk, entry);
        }
        if (children)
            return give(walk, children);
        if (entry == walk->root) {
            walk->current = nullptr;
            errno = 0;
            return nullptr;
        }
        entry->fts_info = entry->fts_errno ? FTS_ERR : FTS_DP;
        return give(walk, entry);
    }
    free_list(walk->children);
    walk->children = nullptr;
    FTSENT *parent = entry->fts_parent, *next = entry->fts_link;
    while (next && next->fts_instr == FTS_SKIP) {
        FTSENT *after = next->fts_link;
        free(next);
        next = after;
    }
    free(entry);
    if (next) {
        if (next->fts_instr == FTS_FOLLOW && set_path(walk, next)) {
            next->fts_info = classify(walk, next, true);
            next->fts_instr = 0;
        }
        return give(walk, next);
    }
    if (parent == walk->root) {
        walk->current = nullptr;
        free(parent);
        walk->root = nullptr;
        errno = 0;
        return nullptr;
    }
    parent->fts_info = parent->fts_errno ? FTS_ERR : FTS_DP;
    return give(walk, parent);
}

FTSENT *fts_children(FTS *walk, int options) {
    FTSENT *entry = walk->current;
    if (!entry || entry->fts_info != FTS_D) {
        errno = 0;
        return nullptr;
    }
    if (entry == walk->root)
        return walk->children;
    free_list(walk->children);
    errno = 0;
    constexpr int kNameOnly = 0x100;
    walk->children = read_children(walk, entry, (options & kNameOnly) != 0);
    if (!walk->children)
        errno = entry->fts_errno;
    set_path(walk, entry);
    return walk->children;
}

int fts_set(FTS *, FTSENT *entry, int instruction) {
    if (instruction && instruction != FTS_AGAIN && instruction != FTS_FOLLOW && instruction != FTS_SKIP) {
        errno = EINVAL;
        return -1;
    }
    entry->fts_instr = static_cast<unsigned short>(instruction);
    return 0;
}

int fts_close(FTS *walk) {
    free_list(walk->children);
    for (FTSENT *entry = walk->current; entry;) {
        FTSENT *parent = entry->fts_parent;
        free_list(entry);
        entry = parent;
        if (entry == walk->root)
            break;
    }
    if (walk->root && walk->current != walk->root)
        free(walk->root);
    free(walk->path);
    free(walk);
    return 0;
}
}
