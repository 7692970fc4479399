#include <adapters/parquet/tag_leaves.hpp>

namespace chronopack::parquet {

tag_leaves::tag_leaves(const std::vector<labels>& sets, const std::vector<std::uint32_t>& codes,
                       const std::vector<std::uint8_t>& present, unsigned empty_definition)
    : codes_(codes), present_(present), empty_definition_(empty_definition) {
    for (const labels& set : sets) {
        begins_.push_back(keys_.codes.size());
        for (const label& l : set) {
            keys_.dictionary.push_back(l.name);
            values_.dictionary.push_back(l.value);
            keys_.codes.push_back(0);
        }
    }
    begins_.push_back(keys_.codes.size());
    values_.codes = keys_.codes;
    for (side* one : {&keys_, &values_}) {
        const std::vector<std::string_view> texts = one->dictionary;
        std::vector<std::string_view>& all = one->dictionary;
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        for (std::size_t i = 0; i < texts.size(); ++i)
            one->codes[i] = static_cast<std::uint32_t>(
                std::lower_bound(all.begin(), all.end(), texts[i]) - all.begin());
    }
    std::vector<std::uint64_t> key_bytes(sets.size()), value_bytes(sets.size());
    for (std::size_t s = 0; s < sets.size(); ++s)
        for (const label& l : sets[s])
            key_bytes[s] += l.name.size(), value_bytes[s] += l.value.size();
    for (std::size_t row = 0; row < codes_.size(); ++row) {
        if (!has(row)) continue;
        pairs_ += pairs_of(row);
        keys_.text_bytes += key_bytes[codes_[row]];
        values_.text_bytes += value_bytes[codes_[row]];
    }
}

leaf_rows tag_leaves::leaf(bool values) const {
    const side& of = values ? values_ : keys_;
    leaf_rows rows;
    rows.rows = codes_.size();
    rows.dictionary = of.dictionary;
    rows.text_values = pairs_;
    rows.text_bytes = of.text_bytes;
    struct room {
        std::vector<std::uint32_t> codes, definition, repetition;
    };
    rows.page = [this, &of, kept = std::make_shared<room>()](std::size_t begin, std::size_t most,
                                                             std::uint64_t most_bytes) {
        constexpr std::size_t most_pairs = std::size_t{1} << 20;
        const std::size_t end = begin + std::min(most, codes_.size() - begin);
        kept->codes.clear();
        kept->definition.clear();
        kept->repetition.clear();
        std::uint64_t bytes = 0;
        std::size_t row = begin;
        for (; row < end; ++row) {
            const std::size_t pairs = pairs_of(row);
            const std::size_t from = begins_[codes_[row]];
            if (most_bytes != UINT64_MAX)
                for (std::size_t p = from; p < from + pairs; ++p)
                    bytes += 4 + of.dictionary[of.codes[p]].size();
            if (row > begin && (bytes > most_bytes || kept->codes.size() + pairs > most_pairs))
                break;
            if (pairs == 0) {
                kept->definition.push_back(has(row) ? empty_definition_ : 0);
                kept->repetition.push_back(0);
            }
            for (std::size_t p = from; p < from + pairs; ++p) {
                kept->codes.push_back(of.codes[p]);
                kept->definition.push_back(empty_definition_ + 1);
                kept->repetition.push_back(p == from ? 0 : 1);
            }
        }
        page_values page;
        page.rows = row - begin;
        page.codes = kept->codes;
        page.definition = kept->definition;
        page.repetition = kept->repetition;
        return page;
    };
    return rows;
}

}  // namespace chronopack::parquet
