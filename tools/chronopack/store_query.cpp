#include "store_query.hpp"

#include "input/failure.hpp"

#include <adapters/text/printable.hpp>

#include <fmt/format.h>

#include <thread>

namespace chronopack::tool {

using input::failure;
using input::fault;
using storage::verdict;

namespace {

constexpr auto pause = std::chrono::milliseconds(200);

}  // namespace

std::optional<std::vector<storage::point>> ask_points(storage::storage_backend& store,
                                                      const storage::range_query& what,
                                                      bool may_narrow,
                                                      std::chrono::seconds patience, bool again) {
    const auto until = storage::in(patience);
    for (;;) {
        auto found = store.query_range(what, until);
        if (found) return std::move(*found);
        const verdict why = found.error().what;
        if (why == verdict::refused && may_narrow) return std::nullopt;
        if (again && why == verdict::retry && storage::clock::now() + pause < until) {
            std::this_thread::sleep_for(pause);
            continue;
        }
        const bool never = why == verdict::refused || why == verdict::unsupported;
        throw failure(never ? fault::data : fault::environment,
                      fmt::format("{}: {} cannot be read: {}", store.name(),
                                  text::printable(what.metric, 120), found.error().message));
    }
}

}  // namespace chronopack::tool
