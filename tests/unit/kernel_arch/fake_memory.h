// Physical memory made of pieces; what lies outside of them cannot be read.
#pragma once
#include <map>
#include <vector>

#include "boot/loader_formats.h"

namespace martlet {

class FakeMemory final : public PhysicalMemory {
public:
    void put(u64 address, std::vector<u8> bytes) { pieces_[address] = std::move(bytes); }
    std::vector<u8>& at(u64 address) { return pieces_.at(address); }

    const u8* read(u64 address, u64 size) const override {
        auto piece = pieces_.upper_bound(address);
        if (piece == pieces_.begin()) return nullptr;
        --piece;
        u64 offset = address - piece->first;
        if (offset > piece->second.size() || size > piece->second.size() - offset) return nullptr;
        return piece->second.data() + offset;
    }

private:
    std::map<u64, std::vector<u8>> pieces_;
};

/// Builds little-endian structures.
class Bytes {
public:
    template <typename T> Bytes& add(T value) {
        auto* raw = reinterpret_cast<const u8*>(&value);
        bytes_.insert(bytes_.end(), raw, raw + sizeof value);
        return *this;
    }
    Bytes& text(std::string_view text) {
        bytes_.insert(bytes_.end(), text.begin(), text.end());
        return *this;
    }
    Bytes& append(const std::vector<u8>& more) {
        bytes_.insert(bytes_.end(), more.begin(), more.end());
        return *this;
    }
    Bytes& pad(usize alignment) {
        while (bytes_.size() % alignment != 0) bytes_.push_back(0);
        return *this;
    }
    Bytes& zeros(usize count) {
        bytes_.resize(bytes_.size() + count);
        return *this;
    }
    usize size() const { return bytes_.size(); }
    std::vector<u8>& get() { return bytes_; }

private:
    std::vector<u8> bytes_;
};

} // namespace martlet
