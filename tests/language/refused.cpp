// What must not compile, each with the text that says what to do. Every line with a
// comment "refused: TEXT" has an error that has TEXT in it; see run.sh. With -DREST
// nothing is left that is wrong.
// A mark belongs to the line that it is on, so nothing here is formatted.
// clang-format off
#include <chronopack/chronopack.hpp>

#include <chrono>

using namespace chronopack;
using namespace std::chrono_literals;

std::vector<std::byte> made();
std::string text();

#ifdef REST
#define WRONG(...)
#else
#define WRONG(...) __VA_ARGS__
#endif

// A compiler says so once of each type, so each is another.
void values_of_other_types(const std::vector<std::int64_t>& times, const frame_sink& sink,
                           archive_writer& archive, const archive_reader& opened, bytes out) {
    WRONG((void)series_writer<float>(sink);)                // refused: convert float to double
    WRONG((void)series_writer<std::uint32_t>(sink);)        // refused: other integers to std::int64_t
    WRONG((void)series_reader<std::int32_t>::open(out);)    // refused: other integers to std::int64_t
    WRONG((void)frame::reader<std::uint16_t>::open(out);)   // refused: other integers to std::int64_t
    WRONG(std::vector<std::uint64_t> naturals;)
    WRONG((void)frame::encode(times, naturals, {}, out);)   // refused: other integers to std::int64_t
    WRONG(std::vector<std::int16_t> narrow;)
    WRONG((void)frame::decode(out, {}, narrow);)            // refused: other integers to std::int64_t
    WRONG((void)frame::max_bytes<std::int8_t>(1);)          // refused: other integers to std::int64_t
    WRONG((void)archive.add<long double>({});)              // refused: columns of other types
    WRONG((void)opened.read<std::uint8_t>(0);)              // refused: other integers to std::int64_t
    (void)times, (void)sink, (void)archive, (void)opened, (void)out;
}

void views_of_temporaries(const std::string& kept) {
    WRONG((void)series_reader<>::open(made());)                     // refused: deleted
    WRONG((void)frame::reader<>::open(made());)                     // refused: deleted
    WRONG((void)archive_reader::open(made());)                      // refused: deleted
    WRONG((void)byte_reader(text());)                               // refused: deleted
    WRONG((void)prometheus_xor::iterator(made(), 1);)               // refused: deleted
    WRONG((void)gorilla_values::iterator(made(), 1);)               // refused: deleted
    WRONG((void)series_reader<>::open(kept).value().samples();)     // refused: deleted
    WRONG((void)series_reader<>::open(kept).value().range(0, 1);)   // refused: deleted
    WRONG((void)archive_reader::open(std::string_view(kept));)      // refused: deleted
    (void)series_reader<>::open(kept);
    (void)frame::inspect(made());
}

void times_that_are_none(series_writer<>& writer) {
    using parts = std::chrono::sys_time<std::chrono::duration<double>>;
    WRONG((void)writer.append(std::chrono::steady_clock::now(), 1);)  // refused: no matching
    WRONG((void)writer.append(parts(), 1);)                           // refused: no matching
    (void)writer.append(std::chrono::sys_seconds(), 1);
    (void)parts();
}
