// The table of one instruction set. src/meson.build compiles this file once for each, with the
// flags of the set, and the table's name in CHRONOPACK_TABLE.
//
// Other objects may use nothing of this one but the table. An inline function of std::, built with
// AVX here, could be the copy that the linker takes for a program's baseline code. So every kernel
// is flattened into a function of this file alone, the file is optimised in every build, and the
// codecs call no function of std:: that compilers leave out of line. All functions out of line are
// ours, in a namespace of these tables (core/abi.hpp). tests/dispatch/symbols.sh checks that.
#include "tables.hpp"

#include <chronopack/frame/column.hpp>
#include <chronopack/kernel/crc32c.hpp>
#include <chronopack/kernel/dispatch.hpp>

#define CHRONOPACK_STRING(name) #name
#define CHRONOPACK_NAME(name) CHRONOPACK_STRING(name)

namespace {

namespace kernel = chronopack::kernel;
namespace plain = chronopack_dispatch;

using enum kernel::sums;
using kernel::decimals;
using kernel::decoder;
using kernel::encoder;
using kernel::nears;
using kernel::summary;

// Casts a struct of the table to that of the kernels, and back when the call is over.
template <class Kernels, class Plain>
struct bound {
    explicit bound(Plain& to) : plain(to), ours(__builtin_bit_cast(Kernels, to)) {}
    ~bound() { plain = __builtin_bit_cast(Plain, ours); }
    operator Kernels&() { return ours; }
    Plain& plain;
    Kernels ours;
};

template <class T>
T adapt(T& same) {
    return same;
}
kernel::start adapt(const plain::start& s) {
    return __builtin_bit_cast(kernel::start, s);
}
kernel::patched_rows adapt(const plain::patched_rows& p) {
    return __builtin_bit_cast(kernel::patched_rows, p);
}
kernel::decimal adapt(const plain::decimal& d) {
    return __builtin_bit_cast(kernel::decimal, d);
}
auto adapt(plain::double_summary& s) {
    return bound<kernel::double_summary, plain::double_summary>(s);
}
auto adapt(plain::integer_summary& s) {
    return bound<kernel::integer_summary, plain::integer_summary>(s);
}

template <class T>
T returned(T same) {
    return same;
}
plain::extremes returned(kernel::extremes e) {
    return __builtin_bit_cast(plain::extremes, e);
}

// Converts to a pointer of the type that the table asks for, to a function that is `Kernel` with
// all its calls inlined.
template <auto Kernel>
struct flat {
    template <class Result, class... Arguments>
    using pointer = Result (*)(Arguments...);

    template <class Result, class... Arguments>
    constexpr operator pointer<Result, Arguments...>() const {
        return call<Result, Arguments...>;
    }

private:
    template <class Result, class... Arguments>
    [[gnu::flatten]] static Result call(Arguments... arguments) {
        if constexpr (std::is_void_v<Result>)
            Kernel(adapt(arguments)...);
        else
            return returned(Kernel(adapt(arguments)...));
    }
};

constexpr auto add_doubles = [](const double* v, std::size_t n, kernel::double_summary& s) {
    summary::add(v, n, s);
};
constexpr auto add_integers = [](const std::int64_t* v, std::size_t n, kernel::integer_summary& s) {
    summary::add(v, n, s);
};

// The public ones of several overloads.
constexpr auto to_doubles = [](const std::uint64_t* x, std::size_t n, const kernel::decimal& d,
                               double* out) {
    return decimals::to_doubles(x, n, d, out);
};
constexpr auto to_integers = [](const double* v, std::size_t n, const kernel::decimal& d,
                                std::uint64_t* out, std::uint64_t* misfits) {
    decimals::to_integers(v, n, d, out, misfits);
};

std::uint32_t crc32c(const std::byte* data, std::size_t n, std::uint32_t before) {
    return kernel::crc32c({data, n}, before);
}

template <class T>
chronopack::result<std::size_t> encode_column(const T* in, std::size_t n, int codec, unsigned level,
                                              std::byte* room, std::size_t room_bytes,
                                              std::byte* out, std::size_t out_bytes) {
    std::optional<chronopack::codec_id> wanted;
    if (codec >= 0) wanted = static_cast<chronopack::codec_id>(codec);
    return chronopack::frame::encode_column<T>({in, n}, wanted,
                                               static_cast<chronopack::preset>(level),
                                               {room, room_bytes}, {out, out_bytes});
}

template <class T>
bool share_dictionary(const T* in, std::size_t n) {
    return chronopack::frame::shares_dictionary<T>({in, n});
}

chronopack::result<void> decode_integers(const std::byte* in, std::size_t bytes, std::int64_t* out,
                                         std::size_t n, std::uint64_t offset, std::uint64_t scale) {
    return chronopack::frame::decode_column<std::int64_t>({in, bytes}, {out, n}, {offset, scale});
}

chronopack::result<void> decode_doubles(const std::byte* in, std::size_t bytes, double* out,
                                        std::size_t n) {
    return chronopack::frame::decode_column<double>({in, bytes}, {out, n});
}

}  // namespace

constinit const plain::dispatch_table chronopack_dispatch::CHRONOPACK_TABLE = {
    .name = CHRONOPACK_NAME(CHRONOPACK_TABLE),
    .packed = {flat<decoder::packed<none>>(), flat<decoder::packed<once>>(),
               flat<decoder::packed<twice>>()},
    .ramp = {flat<decoder::ramp<none>>(), flat<decoder::ramp<once>>(),
             flat<decoder::ramp<twice>>()},
    .sort = flat<encoder::sort>(),
    .spread = {flat<encoder::spread<none>>(), flat<encoder::spread<once>>(),
               flat<encoder::spread<twice>>()},
    .distances = {flat<encoder::distances<none>>(), flat<encoder::distances<once>>(),
                  flat<encoder::distances<twice>>()},
    .divisible = flat<encoder::divisible>(),
    .divide = flat<encoder::divide>(),
    .outside_bits = flat<encoder::outside_bits>(),
    .pack = {flat<encoder::pack<none>>(), flat<encoder::pack<once>>(),
             flat<encoder::pack<twice>>()},
    .add_doubles = flat<add_doubles>(),
    .add_integers = flat<add_integers>(),
    .holds = flat<summary::holds>(),
    .to_doubles = flat<to_doubles>(),
    .to_integers = flat<to_integers>(),
    .print = flat<nears::print>(),
    .print_digits = flat<nears::print_digits>(),
    .divide_by_counts = flat<nears::divide>(),
    .move = flat<nears::move>(),
    .crc32c = crc32c,
    .column_room_bytes = chronopack::frame::column_room_bytes,
    .integers_share_dictionary = share_dictionary<std::int64_t>,
    .doubles_share_dictionary = share_dictionary<double>,
    .encode_integers = encode_column<std::int64_t>,
    .encode_doubles = encode_column<double>,
    .decode_integers = decode_integers,
    .decode_doubles = decode_doubles,
};
