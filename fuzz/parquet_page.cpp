// Hostile pages of Parquet files: every encoding of every type, refused or decoded to as many
// values as the page says; and what is decoded is written and read back.
//
//   how u8: type | optional << 3 | V2 << 4 | encoding u8 | codec u8 | values u16 | body

#include "claim.hpp"
#include "input.hpp"

#include <adapters/parquet/alp_page.hpp>
#include <adapters/parquet/byte_arrays.hpp>
#include <adapters/parquet/hybrid.hpp>
#include <adapters/parquet/leaf_reader.hpp>
#include <adapters/parquet/tags_json.hpp>

#include <chronopack/core/bit.hpp>

using namespace chronopack;
using namespace chronopack::parquet;
using chronopack::fuzz::claim;

namespace {

// A leaf's page as the only one of its chunk; if the body has more, as a dictionary before it.
void page(unsigned how, encoding as, codec packed, std::uint16_t values, cbytes body) {
    constexpr physical_type types[] = {physical_type::boolean, physical_type::int32,
                                       physical_type::int64,   physical_type::float32,
                                       physical_type::float64, physical_type::byte_array,
                                       physical_type::int64,   physical_type::byte_array};
    leaf_schema leaf;
    leaf.path = {"c"};
    leaf.type = types[how & 7];
    leaf.max_definition = how >> 3 & 1;
    leaf.max_repetition = (how & 7) == 7;
    page_header header;
    header.type = (how >> 4 & 1) != 0 ? page_type::data_v2 : page_type::data;
    header.how = as;
    header.values = values;
    header.unpacked_bytes = static_cast<std::int32_t>(body.size());
    header.bytes = header.unpacked_bytes;
    header.rows = values;
    std::string pages;
    if (as == encoding::rle_dictionary) {
        page_header dictionary;
        dictionary.type = page_type::dictionary;
        dictionary.values = 2;
        std::string two;
        if (leaf.type == physical_type::byte_array)
            for (const char* text : {"a", "bc"}) write_plain_text(two, text);
        else
            two.assign(
                leaf.type == physical_type::int32 || leaf.type == physical_type::float32 ? 8 : 16,
                '\1');
        dictionary.unpacked_bytes = dictionary.bytes = static_cast<std::int32_t>(two.size());
        write_page_header(pages, dictionary);
        pages += two;
        packed = codec::none;
    }
    write_page_header(pages, header);
    pages.append(reinterpret_cast<const char*>(body.data()), body.size());
    const fuzz::exact_copy copy{cbytes(pages)};
    memory_source from(copy.view());
    column_chunk chunk;
    chunk.type = leaf.type;
    chunk.how = packed;
    chunk.values = values;
    chunk.bytes = static_cast<std::int64_t>(pages.size());
    chunk_source source;
    source.from = &from;
    source.chunk = &chunk;
    source.name = "c";
    source.limits.page_bytes = 1 << 20;
    leaf_reader reader(source, leaf, false);
    const auto read = reader.next();
    if (!read) return claim(!read.error().message.empty(), "a failure says what it is");
    if (!*read) return;
    const leaf_page& p = reader.page();
    claim(p.entries == values, "a page has as many entries as its header says");
    claim(p.values <= p.entries, "and no more values");
    claim(p.values == 0 || p.integers.size() + p.reals.size() + p.codes.size() == p.values,
          "each value is there");
    for (const std::uint32_t code : p.codes)
        claim(code < p.texts->size(), "a code is within its dictionary");
    if (leaf.type == physical_type::int64 && p.values > 0) {
        std::string out;
        delta_packed::write(out, p.integers, field_widths::whole_bytes);
        std::vector<std::int64_t> back(p.values);
        byte_reader again{cbytes(out)};
        claim(static_cast<bool>(delta_packed::read(again, back)) && back == p.integers,
              "integers come back");
    }
    if (leaf.type == physical_type::float64 && p.values > 0) {
        std::string out;
        write_alp(out, p.reals);
        std::vector<double> back(p.values);
        claim(static_cast<bool>(read_alp(out, back)), "ALP reads what it wrote");
        for (std::size_t i = 0; i < back.size(); ++i)
            claim(bit_cast<std::uint64_t>(back[i]) == bit_cast<std::uint64_t>(p.reals[i]),
                  "doubles come back");
    }
}

void json(cbytes body) {
    const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
    const auto tags = tags_from_json(text);
    if (!tags) return;
    const auto back = tags_from_json(tags_to_json(*tags));
    claim(back && *back == *tags, "tags come back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    const auto as = static_cast<encoding>(input.u8() % 12);
    constexpr codec codecs[] = {codec::none, codec::snappy, codec::gzip, codec::zstd};
    const codec packed = codecs[input.u8() % 4];
    const std::uint16_t values = input.u16();
    if (input.failed()) return 0;
    if (how >= 0xf0)
        json(input.rest());
    else
        page(how, as, packed, values, input.rest());
    return 0;
}
