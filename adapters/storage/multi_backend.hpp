// Several stores that act as one.
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
// Replication goes through the spool: a store that is slow or unreachable finds everything there
// when it is back, and delays no other. Every store gets every point at least once, and the points
// of a series in their order.
//
// Reads go to the first store, or to the next one if it cannot be reached. With replication that
// one may lack points that are still in the spool.
#pragma once

#include <adapters/storage/batch_writer.hpp>

#include <memory>
#include <vector>

namespace chronopack::storage {

enum class multi_mode : std::uint8_t { all, primary_with_async_replication, primary_only };

struct multi_options {
    multi_mode mode = multi_mode::all;
    spool* to_disk = nullptr;  ///< must outlive it; needed unless the mode is primary_only
    /// What happens when the spool is full: block and reject answer `retry`, drop_newest drops the
    /// batch, drop_oldest drops a segment that some store has not received yet.
    overflow when_full = overflow::block;
    batch_options each = {};  ///< of the threads; the members that name a spool are set for them
};

/// Several stores as one. Thread-safe. The stores must outlive it and have different names. Calls
/// end by their deadlines if those of the stores do, whatever the disk and other callers do.
class multi_backend final : public storage_backend {
public:
    /// Returns refused for no stores, equal names, or a missing spool; hold where the name of a
    /// store is in use as a reader of the spool.
    [[nodiscard]] static reply<std::unique_ptr<multi_backend>> make(
        std::vector<storage_backend*> stores, multi_options how);
    ~multi_backend() override;

    [[nodiscard]] std::string_view name() const noexcept override { return "multi"; }

    /// With `all`, the points are delivered as soon as the spool has them, for every store.
    /// Otherwise the answer is that of the first store, and the points that it took go to the
    /// others. If the spool does not accept those, the answer is the spool's: `retry`, or with
    /// drop_newest the points dropped by index, although the first store has them. It is `retry`,
    /// too, if another call uses up the time.
    [[nodiscard]] write_outcome write_batch(std::span<const point> points, deadline until) override;

    /// Does the same, then waits until `until` for each store, and returns an outcome for each in
    /// their order. `retry` means that the points are kept and will be sent: do not write them
    /// again. It also waits for points that were written before.
    [[nodiscard]] std::vector<write_outcome> write_each(std::span<const point> points,
                                                        deadline until);

    [[nodiscard]] reply<std::vector<point>> query_range(const range_query& what,
                                                        deadline until) override;
    [[nodiscard]] reply<std::vector<std::string>> list_metrics(deadline until) override;
    [[nodiscard]] reply<std::vector<bucket>> query_buckets(const bucket_query& what,
                                                           deadline until) override;

    /// Deletes from every store at once. Points of the spool that a store has not received yet will
    /// come back in that store. Returns the first failure, or the number of points of the first
    /// store.
    [[nodiscard]] reply<deletion> delete_before(std::string_view metric, std::int64_t cutoff,
                                                deadline until) override;
    [[nodiscard]] std::vector<reply<deletion>> delete_each(std::string_view metric,
                                                           std::int64_t cutoff, deadline until);

    /// Returns success if a write would be accepted: with `all` by the spool, otherwise by the
    /// first store.
    [[nodiscard]] reply<std::monostate> health(deadline until) override;
    [[nodiscard]] std::vector<reply<std::monostate>> health_each(deadline until);

    /// Waits for all points that were written. Returns what is left for each store.
    [[nodiscard]] std::vector<leftover> flush(deadline until);
    /// Stops the threads. What is left stays in the spool.
    [[nodiscard]] std::vector<leftover> close(deadline until);

    /// Returns the counts by store. A store that is written to directly has none.
    [[nodiscard]] std::vector<writer_counters> counters() const;

private:
    template <class Ask>
    auto first_answer(deadline until, Ask ask);

    multi_backend(std::vector<storage_backend*> stores, multi_options how)
        : stores_(std::move(stores)), how_(std::move(how)), followers_(stores_.size()) {}

    // Appends to the spool, making room as the options say. Returns delivered, or why not.
    [[nodiscard]] write_outcome spool_points(std::span<const point> points, deadline until);

    std::vector<storage_backend*> stores_;
    multi_options how_;
    // Keeps one order between the writes to the first store and their replication.
    timed_mutex order_;
    // Null: the store is written to directly.
    std::vector<std::unique_ptr<batch_writer>> followers_;
};

}  // namespace chronopack::storage
