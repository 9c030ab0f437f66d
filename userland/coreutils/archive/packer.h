// What the programs that pack files one by one share (xz, zstd): names with and without suffix, the new file
// beside the old one with its owner, mode and times, standard input and output, and the exit status.
#pragma once

#include "archive/byte_source.h"
#include "archive/inflate.h"
#include "framework/input.h"

#include <span>
#include <string>
#include <vector>

namespace coreutils {

struct Suffix {
    const char* packed; // ".txz"
    const char* plain;  // ".tar"
};

class Packer {
public:
    bool decompress = false, test = false, to_output = false, force = false, keep = false;
    unsigned quiet = 0, verbose = 0;
    const char* output = nullptr;  // -o
    const char* suffix = nullptr;  // what packing appends
    std::span<const Suffix> suffixes; // what unpacking takes away
    int warning_status = 1;

    // Packs or unpacks each, or standard input when there is none.
    int run(std::span<char*> operands);

protected:
    ~Packer() = default;
    // False with the input's error.
    virtual bool pack(Input& input, ByteSink& sink) = 0;
    // Nothing, or what is wrong with the input.
    virtual const char* unpack(Input& input, ByteSink& sink) = 0;

private:
    void fail() { status_ = 1; }
    void warn_about(const std::string& name, const char* what);
    bool process(Input& input, const std::string& name, ByteSink& sink);
    void process_standard();
    void process_file(const std::string& name);
    void process_to_file(Input& input, const std::string& name, const std::string& target);
    std::string target_name(const std::string& name) const;

    int status_ = 0;
};

} // namespace coreutils
