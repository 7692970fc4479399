#include <adapters/parquet/tags_reader.hpp>

namespace chronopack::parquet {

namespace {

constexpr std::size_t most_prepared_bytes = std::size_t{64} << 20;

}  // namespace

std::size_t tags_reader::hash::operator()(const places& of) const noexcept {
    std::size_t h = of.size();
    for (const std::string* text : of)
        h = (h ^ reinterpret_cast<std::uintptr_t>(text)) * 0x9e37'79b9'7f4a'7c15;
    return h ^ h >> 32;
}

tags_reader::tags_reader(const column_leaves& column, leaf_source keys, leaf_source values)
    : empty_definition_(column.empty_definition),
      keys_(std::move(keys), false),
      values_(std::move(values), false) {}

storage::reply<bool> tags_reader::both_ready() {
    const auto key = keys_.ready();
    if (!key) return key.error();
    const auto value = values_.ready();
    if (!value) return value.error();
    if (*key != *value)
        return values_.leaf().damaged("the keys and the values of its column are not as many");
    return *key;
}

// Keeps the texts of a page while known_ points to them.
void tags_reader::hold(const page_cursor& at) {
    const shared_texts& texts = at.page().texts;
    if (texts && std::find(held_.begin(), held_.end(), texts) == held_.end())
        held_.push_back(texts);
}

storage::reply<bool> tags_reader::next_row() {
    pairs_.clear();
    pair_bytes_ = 0;
    present_ = true;
    const auto more = both_ready();
    if (!more || !*more) return more;
    bool begun = false, closed = false;
    for (;;) {
        const std::uint32_t repeated = keys_.page().repetition[keys_.entry()];
        if (repeated != values_.page().repetition[values_.entry()])
            return values_.leaf().damaged("a key and its value belong to different rows");
        if (repeated == 0 && begun) break;
        if (repeated != 0 && !begun)
            return keys_.leaf().damaged(
                "its rows begin within a row: its first repetition level is 1");
        const std::uint32_t key = keys_.page().definition[keys_.entry()];
        const std::uint32_t value = values_.page().definition[values_.entry()];
        if (key <= empty_definition_) {
            if (value != key || repeated != 0)
                return keys_.leaf().damaged("a map without pairs has a value, or goes on");
            present_ = key == empty_definition_;
            closed = true;
        } else {
            if (!keys_.has(keys_.entry())) return keys_.leaf().damaged("a key is null");
            if (value <= empty_definition_)
                return values_.leaf().damaged("a key and its value belong to different rows");
            if (closed) return keys_.leaf().damaged("a map without pairs goes on");
            if (values_.has(values_.entry())) {
                hold(keys_);
                hold(values_);
                pairs_.push_back(&(*keys_.page().texts)[keys_.page().codes[keys_.value()]]);
                pairs_.push_back(&(*values_.page().texts)[values_.page().codes[values_.value()]]);
                pair_bytes_ += 2 + pairs_.back()->size() + (*(pairs_.end() - 2))->size();
                if (pair_bytes_ > labels::max_bytes)
                    return keys_.leaf().damaged("the tags of a row have more than 1 MiB");
            }
        }
        keys_.pass(1, keys_.has(keys_.entry()));
        values_.pass(1, values_.has(values_.entry()));
        begun = true;
        const auto on = both_ready();
        if (!on) return on.error();
        if (!*on) break;
    }
    ++row_;
    return true;
}

std::optional<storage::failure> tags_reader::add_set() {
    if (!indices_.empty() && pairs_ == last_) {
        indices_.push_back(indices_.back());
        return std::nullopt;
    }
    last_ = pairs_;
    const auto [at, fresh] = known_.try_emplace(pairs_, static_cast<std::uint32_t>(sets_.size()));
    if (fresh) {
        std::vector<label> pairs;
        for (std::size_t i = 0; i < pairs_.size(); i += 2)
            pairs.push_back({*pairs_[i], *pairs_[i + 1]});
        auto made = labels::from(std::move(pairs));
        if (!made) return keys_.leaf().damaged("a row has a key twice, or more than 1 MiB of tags");
        sets_.push_back(std::move(*made));
        set_bytes_ += pair_bytes_ + sizeof(labels) + 32 * pairs_.size();
    }
    indices_.push_back(at->second);
    return std::nullopt;
}

storage::reply<std::size_t> tags_reader::prepare(std::size_t most) {
    while (indices_.size() < most && set_bytes_ < most_prepared_bytes) {
        const auto more = next_row();
        if (!more) return more.error();
        if (!*more) break;
        if (auto wrong = add_set()) return *wrong;
        presence_.push_back(present_);
    }
    return std::min(most, indices_.size());
}

storage::reply<std::monostate> tags_reader::take(std::size_t n, column& into) {
    const auto end = static_cast<std::ptrdiff_t>(n);
    into.indices.assign(indices_.begin(), indices_.begin() + end);
    into.present.clear();
    if (std::find(presence_.begin(), presence_.begin() + end, 0) != presence_.begin() + end)
        into.present.assign(presence_.begin(), presence_.begin() + end);
    indices_.erase(indices_.begin(), indices_.begin() + end);
    presence_.erase(presence_.begin(), presence_.begin() + end);
    if (!indices_.empty()) {
        into.tags = std::make_shared<std::vector<labels>>(sets_);
        return std::monostate();
    }
    into.tags = std::make_shared<std::vector<labels>>(std::move(sets_));
    sets_ = {};
    set_bytes_ = 0;
    known_.clear();
    held_.clear();
    return std::monostate();
}

storage::reply<std::monostate> tags_reader::seek(std::uint64_t row) {
    // Rows that are prepared come first.
    const std::uint64_t now = row_ - indices_.size();
    if (row < row_) {
        column dropped;
        return take(static_cast<std::size_t>(row - now), dropped);
    }
    if (!indices_.empty()) {
        column dropped;
        if (auto done = take(indices_.size(), dropped); !done) return done;
    }
    const auto first = keys_.jump(row, row_);
    const auto second = values_.jump(row, row_);
    std::uint64_t keys_at = first.value_or(row_), values_at = second.value_or(row_);
    if (first || second) {
        // Each goes on by itself to the row that both are at then.
        const auto pass = [](page_cursor& at, std::uint64_t& from,
                             std::uint64_t to) -> storage::reply<std::monostate> {
            bool begun = false;
            for (;;) {
                const auto more = at.ready();
                if (!more) return more.error();
                if (!*more) break;
                if (at.page().repetition[at.entry()] == 0) {
                    if (begun) ++from;
                    if (from == to) return std::monostate();
                    begun = true;
                }
                at.pass(1, at.has(at.entry()));
            }
            return at.leaf().damaged("its chunk has fewer rows than the row group");
        };
        if (auto done = pass(keys_, keys_at, row); !done) return done;
        if (auto done = pass(values_, values_at, row); !done) return done;
        row_ = row;
    }
    while (row_ < row) {
        const auto more = next_row();
        if (!more) return more.error();
        if (!*more) return keys_.leaf().damaged("its chunk has fewer rows than the row group");
    }
    return std::monostate();
}

}  // namespace chronopack::parquet
