#include <adapters/parquet/page_reader.hpp>

namespace chronopack::parquet {

namespace {

constexpr std::size_t read_ahead = std::size_t{256} << 10;
constexpr std::size_t first_header_bytes = 256;
constexpr std::size_t most_header_bytes = std::size_t{1} << 20;

std::string codec_name(codec c) {
    switch (static_cast<std::int32_t>(c)) {
        case 3:
            return "LZO";
        case 4:
            return "Brotli";
        case 5:
            return "LZ4, which is deprecated,";
        case 7:
            return "LZ4";
        default:
            return "codec " + std::to_string(static_cast<std::int32_t>(c));
    }
}

bool is_read(codec c) {
    return c == codec::none || c == codec::snappy || c == codec::gzip || c == codec::zstd;
}

}  // namespace

page_reader::page_reader(chunk_source of) : of_(std::move(of)) {
    const column_chunk& c = *of_.chunk;
    auto begin = static_cast<std::uint64_t>(c.first_page);
    // Some writers say 0 for a dictionary that is not there.
    if (c.dictionary_page && *c.dictionary_page > 0)
        begin = std::min(begin, static_cast<std::uint64_t>(*c.dictionary_page));
    begin_ = at_ = last_at_ = begin;
    end_ = begin + static_cast<std::uint64_t>(c.bytes);
}

storage::failure page_reader::damaged(std::string_view why) const {
    return refused(of_.name + ", page at byte " + std::to_string(last_at_) + ": " +
                   std::string(why));
}

storage::failure page_reader::damaged(errc why) const {
    storage::failure f = damaged(message(why));
    if (why == errc::unsupported) f.what = storage::verdict::unsupported;
    if (why == errc::io_error) f.what = storage::verdict::retry;
    return f;
}

void page_reader::jump(std::size_t number, const page_location& at) {
    const bool has_dictionary = begin_ < static_cast<std::uint64_t>(of_.chunk->first_page);
    at_ = static_cast<std::uint64_t>(at.offset);
    page_end_ = at_ + static_cast<std::uint64_t>(at.bytes);
    number_ = number + has_dictionary;
}

void page_reader::jump_to_dictionary() {
    at_ = begin_;
    page_end_ = static_cast<std::uint64_t>(of_.chunk->first_page);
    number_ = 0;
}

// Makes the window hold the next `n` bytes.
std::optional<storage::failure> page_reader::need(std::size_t n) {
    const std::uint64_t limit = page_end_.value_or(end_);
    if (at_ > limit || n > limit - at_) return damaged("it goes on past the end of its chunk");
    const std::uint64_t window_end = window_at_ + window_.size();
    if (at_ >= window_at_ && at_ <= window_end && n <= window_end - at_) return std::nullopt;
    const std::uint64_t file = of_.from->size();
    if (at_ > file || n > file - at_) return damaged("it goes on past the end of the file");
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(
        std::min(limit, file) - at_, std::max<std::uint64_t>(n, read_ahead)));
    // What the window has of it already is moved to its front.
    std::size_t kept = 0;
    if (at_ >= window_at_ && at_ < window_end) {
        kept = static_cast<std::size_t>(window_end - at_);
        std::memmove(window_.data(), window_.data() + (window_.size() - kept), kept);
    }
    window_.resize(size);
    window_at_ = at_;
    const auto read = of_.from->read_at(at_ + kept, bytes(window_).subspan(kept));
    if (!read) {
        window_.clear();
        return damaged(read.error());
    }
    bytes_read_ += size - kept;
    return std::nullopt;
}

storage::reply<page_header> page_reader::header() {
    const std::uint64_t left = page_end_.value_or(end_) - at_;
    for (std::size_t n = first_header_bytes;; n *= 4) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(n, left));
        if (auto failed = need(size)) return *failed;
        const cbytes seen(window_.data() + (at_ - window_at_), size);
        std::size_t used = 0;
        const auto read = read_page_header(seen, used);
        if (read) {
            if (of_.checksums != nullptr) {
                if (number_ >= of_.checksums->headers.size())
                    return damaged("the chunk has more pages than its footer says");
                if (of_.checksums->headers[number_] != crc32(seen.first(used)))
                    return damaged("the checksum of its header does not hold");
            }
            at_ += used;
            return *read;
        }
        if (read.error() != errc::truncated || size == left || n >= most_header_bytes)
            return damaged("its header is damaged");
    }
}

std::optional<storage::failure> page_reader::check(const page_header& h) {
    if (h.unpacked_bytes < 0 || h.bytes < 0 || h.values < 0)
        return damaged("a size in its header is negative");
    if (static_cast<std::size_t>(h.unpacked_bytes) > of_.limits.page_bytes)
        return damaged("it unpacks to " + std::to_string(h.unpacked_bytes) +
                       " bytes, more than the limit of " + std::to_string(of_.limits.page_bytes));
    // A run of one value takes few bytes, so that the bytes do not bound the values.
    if (static_cast<std::size_t>(h.values) > of_.limits.page_bytes / 8)
        return damaged("it has " + std::to_string(h.values) + " values, more than the limit of " +
                       std::to_string(of_.limits.page_bytes / 8));
    const std::uint64_t left = page_end_.value_or(end_) - at_;
    if (static_cast<std::uint64_t>(h.bytes) > left)
        return damaged("it goes on past the end of its chunk");
    if (page_end_ && static_cast<std::uint64_t>(h.bytes) != left)
        return damaged("it has another size than the page index says");
    if (h.type == page_type::data_v2) {
        const std::int64_t levels =
            std::int64_t{h.definition_bytes} + std::int64_t{h.repetition_bytes};
        if (h.definition_bytes < 0 || h.repetition_bytes < 0 || levels > h.bytes ||
            levels > h.unpacked_bytes)
            return damaged("its levels are longer than it is");
        if (h.nulls < 0 || h.nulls > h.values || h.rows < 0 || h.rows > h.values)
            return damaged("its header counts more nulls or rows than values");
    }
    return std::nullopt;
}

storage::reply<unpacked_page> page_reader::unpack(const page_header& h, cbytes stored) {
    unpacked_page page;
    page.header = h;
    const auto unpacked = static_cast<std::size_t>(h.unpacked_bytes);
    std::size_t levels = 0;
    codec how = of_.chunk->how;
    if (h.type == page_type::data_v2) {
        const auto repetition = static_cast<std::size_t>(h.repetition_bytes);
        levels = repetition + static_cast<std::size_t>(h.definition_bytes);
        page.repetition = stored.first(repetition);
        page.definition = stored.subspan(repetition, levels - repetition);
        if (!h.is_compressed) how = codec::none;
    }
    const cbytes packed = stored.subspan(levels);
    if (how == codec::none) {
        if (packed.size() != unpacked - levels)
            return damaged("it has another size than its header says");
        page.body = packed;
        return page;
    }
    unpacked_.resize(unpacked - levels);
    const auto done = unpacker_.unpack(how, packed, unpacked_);
    if (!done) return damaged("it does not unpack to what its header says");
    page.body = unpacked_;
    return page;
}

storage::reply<std::optional<unpacked_page>> page_reader::next() {
    if (!is_read(of_.chunk->how))
        return not_read(of_.name + " is compressed by " + codec_name(of_.chunk->how) +
                        " which is not read");
    for (;;) {
        if (at_ == page_end_.value_or(end_)) {
            if (!page_end_ && of_.checksums != nullptr && number_ != of_.checksums->headers.size())
                return damaged("the chunk has fewer pages than its footer says");
            return std::optional<unpacked_page>();
        }
        last_at_ = at_;
        const auto head = header();
        if (!head) return head.error();
        if (auto wrong = check(*head)) return *wrong;
        const auto size = static_cast<std::size_t>(head->bytes);
        if (auto failed = need(size)) return *failed;
        const cbytes stored(window_.data() + (at_ - window_at_), size);
        if (head->crc && *head->crc != crc32(stored)) return damaged("its checksum does not hold");
        at_ += size;
        ++number_;
        if (head->type == page_type::index) continue;
        auto page = unpack(*head, stored);
        if (!page) return page.error();
        return std::optional(*page);
    }
}

}  // namespace chronopack::parquet
