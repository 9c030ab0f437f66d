#include "state/variables.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace sh {

namespace {

uint32_t hash_of(std::string_view name) {
    uint32_t hash = 2166136261u;
    for (char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
}

}  // namespace

Variables::Variables()
    : ifs(add("IFS", VariableHook::none)), path(add("PATH", VariableHook::path)),
      home(add("HOME", VariableHook::none)) {
    add("OPTIND", VariableHook::option_index);
    Variable* line = add("LINENO", VariableHook::line_number);
    line->is_set = true;
}

Variables::~Variables() {
    for (Variable* bucket : buckets_)
        while (bucket) {
            Variable* next = bucket->next;
            delete bucket;
            bucket = next;
        }
}

Variable* Variables::add(std::string_view name, VariableHook hook) {
    auto* variable = new Variable;
    variable->name = name;
    variable->hash = hash_of(name);
    variable->hook = hook;
    Variable*& bucket = buckets_[variable->hash % kBuckets];
    variable->next = bucket;
    bucket = variable;
    return variable;
}

Variable* Variables::find_hashed(std::string_view name, uint32_t hash) const {
    for (Variable* variable = buckets_[hash % kBuckets]; variable; variable = variable->next)
        if (variable->hash == hash && variable->name == name)
            return variable;
    return nullptr;
}

Variable* Variables::find(std::string_view name) const {
    Variable* variable = find_hashed(name, hash_of(name));
    if (variable && variable->hook == VariableHook::line_number && variable->is_set)
        variable->value = number_text(line_number_);
    return variable;
}

Variable* Variables::entry(std::string_view name) {
    Variable* variable = find(name);
    return variable ? variable : add(name, VariableHook::none);
}

const std::string* Variables::get(std::string_view name) const {
    const Variable* variable = find(name);
    return variable ? variable->get() : nullptr;
}

void Variables::changed(Variable& variable) {
    if (variable.exported)
        environment_valid_ = false;
    switch (variable.hook) {
    case VariableHook::none: break;
    case VariableHook::path: ++path_generation_; break;
    case VariableHook::option_index: option_index_changed_ = true; break;
    case VariableHook::line_number: variable.hook = VariableHook::none; break;
    }
}

SetResult Variables::set(Variable& variable, std::string_view value) {
    if (variable.read_only)
        return SetResult::read_only;
    variable.value.assign(value);
    variable.is_set = true;
    changed(variable);
    return SetResult::done;
}

SetResult Variables::unset(std::string_view name) {
    Variable* variable = find(name);
    if (!variable)
        return SetResult::done;
    if (variable->read_only)
        return SetResult::read_only;
    variable->value.clear();
    variable->is_set = false;
    changed(*variable);
    variable->exported = false;
    return SetResult::done;
}

void Variables::set_exported(Variable& variable, bool exported) {
    variable.exported = exported;
    environment_valid_ = false;
}

void Variables::import(char** environment) {
    for (; environment && *environment; ++environment) {
        std::string_view text = *environment;
        size_t length = assignment_name_length(text);
        if (length == std::string_view::npos)
            continue;
        Variable* variable = entry(text.substr(0, length));
        set(*variable, text.substr(length + 1));
        variable->exported = true;
    }
    option_index_changed_ = false;
}

void Variables::save(Variable& variable) {
    if (variable.hook == VariableHook::line_number)
        variable.hook = VariableHook::none;
    saved_.push_back({&variable, variable.value, variable.is_set, variable.exported, variable.read_only});
}

bool Variables::is_saved_here(const Variable& variable) const {
    for (size_t i = scopes_.empty() ? 0 : scopes_.back(); i < saved_.size(); ++i)
        if (saved_[i].variable == &variable)
            return true;
    return false;
}

void Variables::leave_scope() {
    size_t begin = scopes_.back();
    scopes_.pop_back();
    while (saved_.size() > begin) {
        Saved& saved = saved_.back();
        Variable& variable = *saved.variable;
        if (saved.exported || variable.exported)
            environment_valid_ = false;
        variable.value = std::move(saved.value);
        variable.is_set = saved.is_set;
        variable.exported = saved.exported;
        variable.read_only = saved.read_only;
        changed(variable);
        saved_.pop_back();
    }
}

char** Variables::environment() {
    if (environment_valid_)
        return environment_.data();
    environment_text_.clear();
    environment_.clear();
    std::vector<size_t> offsets;
    for (const Variable* bucket : buckets_)
        for (; bucket; bucket = bucket->next) {
            if (!bucket->exported || !bucket->is_set)
                continue;
            offsets.push_back(environment_text_.size());
            environment_text_ += bucket->name;
            environment_text_ += '=';
            environment_text_ += bucket->value;
            environment_text_ += '\0';
        }
    for (size_t offset : offsets)
        environment_.push_back(environment_text_.data() + offset);
    environment_.push_back(nullptr);
    environment_valid_ = true;
    return environment_.data();
}

std::vector<const Variable*> Variables::sorted() const {
    std::vector<const Variable*> all;
    for (const Variable* bucket : buckets_)
        for (; bucket; bucket = bucket->next)
            all.push_back(find(bucket->name));
    std::sort(all.begin(), all.end(), [](const Variable* a, const Variable* b) { return a->name < b->name; });
    return all;
}

bool Variables::take_option_index_change() {
    bool changed = option_index_changed_;
    option_index_changed_ = false;
    return changed;
}

}  // namespace sh
