#include <adapters/parquet/leaf_reader.hpp>

#include <adapters/parquet/alp_page.hpp>
#include <adapters/parquet/byte_arrays.hpp>
#include <adapters/parquet/hybrid.hpp>
#include <adapters/parquet/stream_split.hpp>

#include <chronopack/core/bit.hpp>

#include <unordered_map>

namespace chronopack::parquet {

namespace {

std::string name_of(encoding how) {
    switch (static_cast<std::int32_t>(how)) {
        case 0:
            return "PLAIN";
        case 2:
            return "PLAIN_DICTIONARY";
        case 3:
            return "RLE";
        case 4:
            return "BIT_PACKED";
        case 5:
            return "DELTA_BINARY_PACKED";
        case 6:
            return "DELTA_LENGTH_BYTE_ARRAY";
        case 7:
            return "DELTA_BYTE_ARRAY";
        case 8:
            return "RLE_DICTIONARY";
        case 9:
            return "BYTE_STREAM_SPLIT";
        case 10:
            return "ALP";
        default:
            return std::to_string(static_cast<std::int32_t>(how));
    }
}

bool is_real(physical_type type) {
    return type == physical_type::float32 || type == physical_type::float64;
}
std::size_t width_of(physical_type type) {
    return type == physical_type::int32 || type == physical_type::float32 ? 4 : 8;
}

// Value i of a page in PLAIN or BYTE_STREAM_SPLIT.
template <std::size_t Bytes, bool Split>
std::uint64_t word_at(const std::byte* from, std::size_t n, std::size_t i) {
    if constexpr (Split)
        return stream_split_word<Bytes>(from, n, i);
    else if constexpr (Bytes == 8)
        return load_le<std::uint64_t>(from + 8 * i);
    else
        return load_le<std::uint32_t>(from + 4 * i);
}

template <std::size_t Bytes, bool Split>
void load_integers(const std::byte* from, std::vector<std::int64_t>& to, bool is_unsigned) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        const std::uint64_t word = word_at<Bytes, Split>(from, to.size(), i);
        if (Bytes == 8 || is_unsigned)
            to[i] = static_cast<std::int64_t>(word);
        else
            to[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(word));
    }
}
template <std::size_t Bytes, bool Split>
void load_reals(const std::byte* from, std::vector<double>& to) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        const std::uint64_t word = word_at<Bytes, Split>(from, to.size(), i);
        if constexpr (Bytes == 8)
            to[i] = bit_cast<double>(word);
        else
            to[i] = static_cast<double>(bit_cast<float>(static_cast<std::uint32_t>(word)));
    }
}

}  // namespace

leaf_reader::leaf_reader(chunk_source of, const leaf_schema& leaf, bool is_unsigned)
    : pages_(std::move(of)),
      leaf_(leaf),
      is_unsigned_(is_unsigned),
      values_left_(pages_.of().chunk->values) {}

storage::failure leaf_reader::not_decoded(encoding how) const {
    storage::failure f = damaged("its encoding " + name_of(how) + " is not read for its type");
    f.what = storage::verdict::unsupported;
    return f;
}

storage::reply<std::monostate> leaf_reader::jump(std::size_t number, const page_location& at) {
    const column_chunk& c = *pages_.of().chunk;
    if (!has_dictionary_ && c.dictionary_page && *c.dictionary_page > 0 &&
        *c.dictionary_page < c.first_page) {
        pages_.jump_to_dictionary();
        const auto first = pages_.next();
        if (!first) return first.error();
        if (!*first || (*first)->header.type != page_type::dictionary)
            return damaged("it is no dictionary, and the footer says that it is");
        if (auto failed = read_dictionary(**first)) return *failed;
    }
    pages_.jump(number, at);
    jumped_ = true;
    return std::monostate();
}

storage::reply<bool> leaf_reader::next() {
    for (;;) {
        const auto found = pages_.next();
        if (!found) return found.error();
        if (!*found) {
            if (!jumped_ && values_left_ != 0)
                return damaged("the chunk has fewer values than its footer says");
            return false;
        }
        const unpacked_page& page = **found;
        if (page.header.type == page_type::dictionary) {
            if (auto failed = read_dictionary(page)) return *failed;
            continue;
        }
        page_.entries = static_cast<std::size_t>(page.header.values);
        if (!jumped_) {
            values_left_ -= page.header.values;
            if (values_left_ < 0) return damaged("the chunk has more values than its footer says");
        }
        byte_reader body(page.body);
        if (auto failed = read_levels(page, body)) return *failed;
        if (auto failed = read_values(page.header.how, body)) return *failed;
        return true;
    }
}

leaf_reader::outcome leaf_reader::read_levels(const unpacked_page& page, byte_reader& body) {
    const bool v2 = page.header.type == page_type::data_v2;
    const auto read = [&](unsigned most, cbytes v2_levels, encoding how,
                          std::vector<std::uint32_t>& levels) -> outcome {
        levels.clear();
        if (most == 0) {
            if (!v2_levels.empty()) return damaged("it has levels, and its column has none");
            return std::nullopt;
        }
        cbytes from = v2_levels;
        if (!v2) {
            if (how != encoding::rle) return not_decoded(how);
            from = body.take(body.u32());
            if (body.failed()) return damaged("its levels are longer than it is");
        }
        levels.resize(page_.entries);
        const auto done = hybrid_reader(from, bit_width(most)).read(levels);
        if (!done) return damaged("it has fewer levels than values, or damaged ones");
        for (const std::uint32_t level : levels)
            if (level > most) return damaged("a level is higher than its column allows");
        return std::nullopt;
    };
    if (auto failed = read(leaf_.max_repetition, page.repetition, page.header.repetition_levels,
                           page_.repetition))
        return failed;
    if (auto failed = read(leaf_.max_definition, page.definition, page.header.definition_levels,
                           page_.definition))
        return failed;
    page_.values = page_.entries;
    if (leaf_.max_definition > 0)
        page_.values = static_cast<std::size_t>(
            std::count(page_.definition.begin(), page_.definition.end(), leaf_.max_definition));
    if (v2 && static_cast<std::size_t>(page.header.nulls) != page_.entries - page_.values)
        return damaged(leaf_.max_definition == 0 ? "it has nulls, and its column is required"
                                                 : "it has another number of nulls than it says");
    return std::nullopt;
}

leaf_reader::outcome leaf_reader::read_values(encoding how, byte_reader& body) {
    page_.integers.clear();
    page_.reals.clear();
    page_.codes.clear();
    page_.texts = texts_;
    // A page of nulls may have no body at all.
    if (page_.values == 0) return std::nullopt;
    if (how == encoding::rle_dictionary || how == encoding::plain_dictionary)
        return read_codes(body);
    if (leaf_.type == physical_type::byte_array) return read_texts(how, body);
    if (leaf_.type == physical_type::boolean) return read_booleans(how, body);
    return read_numbers(how, body);
}

leaf_reader::outcome leaf_reader::read_codes(byte_reader& body) {
    if (!has_dictionary_) return damaged("it has indices, and its chunk has no dictionary");
    const unsigned width = body.u8();
    if (body.failed() || width > 32) return damaged("the width of its indices is above 32");
    std::vector<std::uint32_t>& codes = page_.codes;
    codes.resize(page_.values);
    const auto done = hybrid_reader(body.rest(), width).read(codes);
    if (!done) return damaged("it has fewer indices than values, or damaged ones");
    const std::size_t entries = leaf_.type == physical_type::byte_array ? texts_->size()
                                : is_real(leaf_.type)                   ? reals_.size()
                                                                        : integers_.size();
    if (*std::max_element(codes.begin(), codes.end()) >= entries)
        return damaged("an index is past its dictionary");
    if (leaf_.type == physical_type::byte_array) return std::nullopt;
    const auto look_up = [&](const auto& from, auto& to) {
        to.resize(codes.size());
        for (std::size_t i = 0; i < codes.size(); ++i) to[i] = from[codes[i]];
    };
    if (is_real(leaf_.type))
        look_up(reals_, page_.reals);
    else
        look_up(integers_, page_.integers);
    codes.clear();
    return std::nullopt;
}

leaf_reader::outcome leaf_reader::read_fixed(encoding how, cbytes body, std::size_t count,
                                             std::vector<std::int64_t>& integers,
                                             std::vector<double>& reals) const {
    const std::size_t width = width_of(leaf_.type);
    if (body.size() != count * width) return damaged("it has other bytes than its values take");
    const bool split = how == encoding::byte_stream_split;
    if (is_real(leaf_.type)) {
        reals.resize(count);
        if (width == 8)
            split ? load_reals<8, true>(body.data(), reals)
                  : load_reals<8, false>(body.data(), reals);
        else
            split ? load_reals<4, true>(body.data(), reals)
                  : load_reals<4, false>(body.data(), reals);
        return std::nullopt;
    }
    integers.resize(count);
    if (width == 8)
        split ? load_integers<8, true>(body.data(), integers, is_unsigned_)
              : load_integers<8, false>(body.data(), integers, is_unsigned_);
    else
        split ? load_integers<4, true>(body.data(), integers, is_unsigned_)
              : load_integers<4, false>(body.data(), integers, is_unsigned_);
    return std::nullopt;
}

leaf_reader::outcome leaf_reader::read_numbers(encoding how, byte_reader& body) {
    switch (how) {
        case encoding::plain:
        case encoding::byte_stream_split:
            return read_fixed(how, body.rest(), page_.values, page_.integers, page_.reals);
        case encoding::delta_binary_packed: {
            if (is_real(leaf_.type)) return not_decoded(how);
            page_.integers.resize(page_.values);
            const auto done = delta_packed::read(body, page_.integers);
            if (!done) return damaged(message(done.error()));
            if (width_of(leaf_.type) == 4)  // the sums are modulo 2^32
                for (std::int64_t& v : page_.integers) {
                    const auto low = static_cast<std::uint32_t>(static_cast<std::uint64_t>(v));
                    v = is_unsigned_ ? std::int64_t{low} : static_cast<std::int32_t>(low);
                }
            return std::nullopt;
        }
        case encoding::alp: {
            if (!is_real(leaf_.type)) return not_decoded(how);
            page_.reals.resize(page_.values);
            const auto done = leaf_.type == physical_type::float64
                                  ? read_alp(body.rest(), page_.reals)
                                  : read_alp_floats(body.rest(), page_.reals);
            if (!done) return damaged(message(done.error()));
            return std::nullopt;
        }
        default:
            return not_decoded(how);
    }
}

leaf_reader::outcome leaf_reader::read_booleans(encoding how, byte_reader& body) {
    page_.integers.resize(page_.values);
    if (how == encoding::plain) {
        const cbytes bits = body.take(field_bytes(page_.values, 1));
        if (body.failed()) return damaged("it has other bytes than its values take");
        for (std::size_t i = 0; i < page_.values; ++i)
            page_.integers[i] = static_cast<std::int64_t>(load_field(bits, i, 1));
        return std::nullopt;
    }
    if (how != encoding::rle) return not_decoded(how);
    const cbytes from = body.take(body.u32());
    if (body.failed()) return damaged("it has other bytes than its values take");
    std::vector<std::uint32_t> bits(page_.values);
    if (!hybrid_reader(from, 1).read(bits))
        return damaged("it has fewer bits than values, or damaged ones");
    page_.integers.assign(bits.begin(), bits.end());
    return std::nullopt;
}

template <class Texts>
void leaf_reader::intern(const Texts& texts) {
    auto all = std::make_shared<std::vector<std::string>>();
    std::unordered_map<std::string_view, std::uint32_t> codes;
    page_.codes.reserve(texts.size());
    for (const auto& text : texts) {
        const auto [at, fresh] =
            codes.try_emplace(std::string_view(text), static_cast<std::uint32_t>(all->size()));
        if (fresh) all->emplace_back(text);
        page_.codes.push_back(at->second);
    }
    page_.texts = std::move(all);
}

leaf_reader::outcome leaf_reader::read_texts(encoding how, byte_reader& body) {
    const auto use = [this](const auto& texts) -> outcome {
        if (!texts) return damaged(message(texts.error()));
        intern(*texts);
        return std::nullopt;
    };
    switch (how) {
        case encoding::plain:
            return use(read_plain_texts(body.rest(), page_.values));
        case encoding::delta_length_byte_array:
            return use(read_delta_length_texts(body, page_.values));
        case encoding::delta_byte_array:
            return use(read_delta_texts(body.rest(), page_.values, pages_.of().limits.page_bytes));
        default:
            return not_decoded(how);
    }
}

leaf_reader::outcome leaf_reader::read_dictionary(const unpacked_page& page) {
    const auto count = static_cast<std::size_t>(page.header.values);
    if (has_dictionary_) return damaged("its chunk has two dictionaries");
    if (count > pages_.of().limits.dictionary_values)
        return damaged("its dictionary has " + std::to_string(count) +
                       " values, more than the limit");
    if (page.header.how != encoding::plain && page.header.how != encoding::plain_dictionary)
        return not_decoded(page.header.how);
    has_dictionary_ = true;
    if (leaf_.type == physical_type::byte_array) {
        const auto texts = read_plain_texts(page.body, count);
        if (!texts) return damaged(message(texts.error()));
        texts_ = std::make_shared<std::vector<std::string>>(texts->begin(), texts->end());
        return std::nullopt;
    }
    if (leaf_.type == physical_type::boolean) return not_decoded(page.header.how);
    return read_fixed(encoding::plain, page.body, count, integers_, reals_);
}

}  // namespace chronopack::parquet
