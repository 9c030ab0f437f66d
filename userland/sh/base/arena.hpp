// Bump allocation for data that dies together.
//
// Arena: syntax trees. Reference counted, because a function outlives the command line that defined it; only
// trivially destructible things go in. Scratch: strings of the command being run, released in stack order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sh {

[[noreturn]] void die_out_of_memory();

// A chain of growing blocks; memory is returned when the chain is destroyed or rewound.
class BlockChain {
public:
    struct Mark {
        void* block = nullptr;
        size_t used = 0;
    };

    explicit BlockChain(size_t first_block_bytes) : next_block_bytes_(first_block_bytes) {}
    BlockChain(const BlockChain&) = delete;
    BlockChain& operator=(const BlockChain&) = delete;
    ~BlockChain() {
        rewind({});
        free(spare_);
    }

    void* allocate(size_t bytes, size_t alignment) {
        if (head_) {
            size_t at = (head_->used + alignment - 1) & ~(alignment - 1);
            if (at <= head_->capacity && bytes <= head_->capacity - at) {
                head_->used = at + bytes;
                return head_->data() + at;
            }
        }
        return allocate_in_new_block(bytes);
    }

    Mark mark() const { return {head_, head_ ? head_->used : 0}; }
    void rewind(Mark mark);

private:
    struct Block {
        Block* previous;
        size_t capacity;
        size_t used;
        char* data() { return reinterpret_cast<char*>(this + 1); }
    };

    void* allocate_in_new_block(size_t bytes);

    Block* head_ = nullptr;
    Block* spare_ = nullptr;
    size_t next_block_bytes_;
};

class Arena {
public:
    Arena() : blocks_(1024) {}

    template <typename T, typename... Arguments>
    T* make(Arguments&&... arguments) {
        static_assert(std::is_trivially_destructible_v<T>);
        return new (blocks_.allocate(sizeof(T), alignof(T))) T{std::forward<Arguments>(arguments)...};
    }

    // NUL terminated, so that the result can also be handed to system calls.
    std::string_view copy(std::string_view text) {
        char* to = static_cast<char*>(blocks_.allocate(text.size() + 1, 1));
        memcpy(to, text.data(), text.size());
        to[text.size()] = '\0';
        return {to, text.size()};
    }

    template <typename T>
    std::span<const T> copy(const std::vector<T>& items) {
        static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
        if (items.empty())
            return {};
        T* to = static_cast<T*>(blocks_.allocate(sizeof(T) * items.size(), alignof(T)));
        memcpy(static_cast<void*>(to), items.data(), sizeof(T) * items.size());
        return {to, items.size()};
    }

    void retain() { ++references_; }
    void release() {
        if (--references_ == 0)
            delete this;
    }

private:
    ~Arena() = default;

    BlockChain blocks_;
    uint32_t references_ = 0;
};

// Counted reference to an Arena.
class ArenaRef {
public:
    ArenaRef() = default;
    explicit ArenaRef(Arena* arena) : arena_(arena) {
        if (arena_)
            arena_->retain();
    }
    ArenaRef(const ArenaRef& other) : ArenaRef(other.arena_) {}
    ArenaRef(ArenaRef&& other) noexcept : arena_(std::exchange(other.arena_, nullptr)) {}
    ArenaRef& operator=(ArenaRef other) noexcept {
        std::swap(arena_, other.arena_);
        return *this;
    }
    ~ArenaRef() {
        if (arena_)
            arena_->release();
    }

    static ArenaRef create() { return ArenaRef(new Arena); }
    Arena* get() const { return arena_; }
    Arena& operator*() const { return *arena_; }
    Arena* operator->() const { return arena_; }
    explicit operator bool() const { return arena_ != nullptr; }

private:
    Arena* arena_ = nullptr;
};

class Scratch {
public:
    Scratch() : blocks_(4096) {}

    char* copy(std::string_view text) {
        char* to = static_cast<char*>(blocks_.allocate(text.size() + 1, 1));
        memcpy(to, text.data(), text.size());
        to[text.size()] = '\0';
        return to;
    }
    BlockChain::Mark mark() const { return blocks_.mark(); }
    void rewind(BlockChain::Mark mark) { blocks_.rewind(mark); }

private:
    BlockChain blocks_;
};

// Releases what was taken from the scratch memory during a block.
class ScratchScope {
public:
    explicit ScratchScope(Scratch& scratch) : scratch_(scratch), mark_(scratch.mark()) {}
    ScratchScope(const ScratchScope&) = delete;
    ScratchScope& operator=(const ScratchScope&) = delete;
    ~ScratchScope() { scratch_.rewind(mark_); }

private:
    Scratch& scratch_;
    BlockChain::Mark mark_;
};

}  // namespace sh
