// Several stores as one.
//
//   auto s = spool::open("/var/lib/shop/spool");
//   multi_backend both({&embedded, &influx}, {.mode = multi_mode::all, .to_disk = s->get()});
//   both.write_batch(points, in(5s));                  // kept for both, and on its way
//   for (const auto& one : both.write_each(points, in(5s))) ...   // what each made of it
//
//   all                             points -> spool -> a thread and a cursor for each store
//   primary_with_async_replication  points -> first store; what it took -> spool -> the others
//   primary_only                    points -> first store
//
// Replication goes through the spool: a store that is slow or away finds everything there
// when it is back, and keeps no other waiting. Every store gets every point at least once
// and those of a series in their order.
//
// Reads go to the first store; where it cannot be reached now, to the next. Under
// replication that one may lack what is still in the spool.
#pragma once

#include <adapters/storage/batch_writer.hpp>

#include <memory>
#include <vector>

namespace chronopack::storage {

enum class multi_mode : std::uint8_t { all, primary_with_async_replication, primary_only };

struct multi_options {
    multi_mode mode = multi_mode::all;
    spool* to_disk = nullptr;  ///< must outlive it; needed but for primary_only
    /// What makes room in a full spool: block and reject answer `retry`, drop_newest drops
    /// the batch, drop_oldest a segment that some store has not had.
    overflow when_full = overflow::block;
    batch_options each = {};  ///< of the threads; what names a spool is set for them
};

/// Thread-safe. The stores must outlive it, and have different names. Calls end by their
/// deadlines as far as the stores' own do, whatever the disk and other callers do.
class multi_backend final : public storage_backend {
public:
    /// refused for no stores, equal names, or no spool where one is needed; hold where a
    /// store's name is in use as a reader of the spool.
    [[nodiscard]] static reply<std::unique_ptr<multi_backend>> make(
        std::vector<storage_backend*> stores, multi_options how);
    ~multi_backend() override;

    [[nodiscard]] std::string_view name() const noexcept override { return "multi"; }

    /// all: delivered once the spool has the points, for every store. Otherwise what the
    /// first store says; what it took goes to the others. Where the spool does not take that,
    /// the answer is the spool's: `retry`, or with drop_newest the points dropped by index,
    /// though the first store has them. `retry` as well where another call has the time.
    [[nodiscard]] write_outcome write_batch(std::span<const point> points, deadline until) override;

    /// The same, and then waits until then for each store: an outcome a store, in their
    /// order. `retry` says that points are kept and still to be sent: do not write them
    /// again. Other points that were written before are waited for, too.
    [[nodiscard]] std::vector<write_outcome> write_each(std::span<const point> points,
                                                        deadline until);

    [[nodiscard]] reply<std::vector<point>> query_range(const range_query& what,
                                                        deadline until) override;
    [[nodiscard]] reply<std::vector<bucket>> query_buckets(const bucket_query& what,
                                                           deadline until) override;

    /// From every store, at once; points that the spool still has for one come back there.
    /// The first failure, or the first store's number of points.
    [[nodiscard]] reply<deletion> delete_before(std::string_view metric, std::int64_t cutoff,
                                                deadline until) override;
    [[nodiscard]] std::vector<reply<deletion>> delete_each(std::string_view metric,
                                                           std::int64_t cutoff, deadline until);

    /// Whether a write would be taken: by the spool under `all`, else by the first store.
    [[nodiscard]] reply<std::monostate> health(deadline until) override;
    [[nodiscard]] std::vector<reply<std::monostate>> health_each(deadline until);

    /// Waits for all that was written: what is left of each store's.
    [[nodiscard]] std::vector<leftover> flush(deadline until);
    /// Stops the threads; what is left stays in the spool.
    [[nodiscard]] std::vector<leftover> close(deadline until);

    /// By store; of one that is written to directly nothing is counted.
    [[nodiscard]] std::vector<writer_counters> counters() const;

private:
    template <class Ask>
    auto first_answer(deadline until, Ask ask);

    multi_backend(std::vector<storage_backend*> stores, multi_options how)
        : stores_(std::move(stores)), how_(std::move(how)), followers_(stores_.size()) {}

    // Into the spool, making room as asked; delivered or why not.
    [[nodiscard]] write_outcome spool_points(std::span<const point> points, deadline until);

    std::vector<storage_backend*> stores_;
    multi_options how_;
    timed_mutex order_;  // of what the first store took and of what is replicated
    std::vector<std::unique_ptr<batch_writer>> followers_;  // null: written to directly
};

}  // namespace chronopack::storage
