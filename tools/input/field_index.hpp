// Finds the series of each field of each tag set. Lines nearly always name fields in the order of
// the line before.
//
//   cpu,host=a usage=1,tasks=2i      set 0: usage 0, tasks 1
//   cpu,host=b usage=1,tasks=2i      set 1: usage 2, tasks 3
//   cpu,host=a usage=1,tasks=2i      found in that order; by hash only where it differs
#pragma once

#include "key_index.hpp"
#include "sink.hpp"

#include <optional>
#include <unordered_map>

namespace chronopack::input {

class field_index {
public:
    /// Starts on the fields of a line with this set.
    void open(std::size_t set) {
        set_ = set;
        next_ = 0;
        if (set == sets_.size()) sets_.emplace_back();
    }

    /// Returns the series of a field of the set, or nothing: then add() must follow.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view field, value_type type) {
        wanted_ = 2 * names_(field) + (type == value_type::integers ? 1 : 0);
        const std::vector<known>& fields = sets_[set_];
        if (next_ == fields.size() || fields[next_].field != wanted_) {
            const auto found = places_.find({set_, wanted_});
            if (found == places_.end()) return std::nullopt;
            next_ = found->second;
        }
        return fields[next_++].series;
    }

    /// Adds the series of the field that find() did not find.
    void add(std::size_t series) {
        std::vector<known>& fields = sets_[set_];
        places_.emplace(key{set_, wanted_}, fields.size());
        fields.push_back({wanted_, series});
        next_ = fields.size();
    }

private:
    struct known {
        std::size_t field;  // number of its name and type
        std::size_t series;
    };
    struct key {
        std::size_t set;
        std::size_t field;

        friend bool operator==(const key&, const key&) = default;
    };
    struct hash {
        std::size_t operator()(const key& k) const noexcept {
            const std::size_t mixed = (k.set * 0x9e37'79b9'7f4a'7c15u) ^ k.field;
            return (mixed ^ mixed >> 32) * 0xd6e8'feb8'6659'fd93u;
        }
    };

    key_index names_;
    std::vector<std::vector<known>> sets_;  // each in the order in which its fields first came
    std::unordered_map<key, std::size_t, hash> places_;
    std::size_t set_ = 0;
    std::size_t next_ = 0;  // the place in the set's fields where the next one probably is
    std::size_t wanted_ = 0;
};

}  // namespace chronopack::input
