// Blocks of the bump allocators; the most recently emptied block is kept, so that a loop does not call malloc.
#include "base/arena.hpp"

#include <unistd.h>

namespace sh {

void die_out_of_memory() {
    static const char message[] = "sh: out of memory\n";
    [[maybe_unused]] ssize_t written = write(2, message, sizeof(message) - 1);
    _exit(2);
}

void* BlockChain::allocate_in_new_block(size_t bytes) {
    Block* block = spare_;
    if (block && block->capacity >= bytes) {
        spare_ = nullptr;
    } else {
        size_t capacity = bytes > next_block_bytes_ ? bytes : next_block_bytes_;
        block = static_cast<Block*>(malloc(sizeof(Block) + capacity));
        if (!block)
            die_out_of_memory();
        block->capacity = capacity;
        if (next_block_bytes_ < 16384)
            next_block_bytes_ *= 2;
    }
    block->previous = head_;
    block->used = bytes;
    head_ = block;
    return block->data();
}

void BlockChain::rewind(Mark mark) {
    while (head_ && head_ != mark.block) {
        Block* block = head_;
        head_ = block->previous;
        if (!spare_ || spare_->capacity < block->capacity) {
            free(spare_);
            spare_ = block;
        } else {
            free(block);
        }
    }
    if (head_)
        head_->used = mark.used;
}

}  // namespace sh
