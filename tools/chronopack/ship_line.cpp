#include "ship_line.hpp"

#include "open_store.hpp"
#include "read_back.hpp"
#include "recording_store.hpp"
#include "shipper.hpp"
#include "input/input_source.hpp"
#include "input/words.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/points.hpp>

#include <thread>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

// VictoriaMetrics has this long to write to its disk.
constexpr std::chrono::seconds settle_time{30};
constexpr std::chrono::milliseconds pause{200};

// What out_of_range means of a request.
std::string limits_text(const otlp::limits& within) {
    return "it is above a limit: " + std::to_string(within.request_bytes >> 20) +
           " MiB of request, " + std::to_string(within.model_bytes >> 20) +
           " MiB of what it says, " + std::to_string(within.depth) +
           " lists in one another, 1 MiB of attributes";
}

opened_store prepared(opened_store to, std::chrono::seconds patience) {
    if (const auto ready = to.prepare(storage::in(patience)); !ready)
        throw failure(fault::environment,
                      std::string(to.store->name()) + ": " + ready.error().message);
    return to;
}

}  // namespace

struct ship_line::state {
    state(const store_request& asked, const options& how)
        : patience(how.patience),
          where(prepared(open_store(asked, purpose::writing), how.patience)),
          recorded(*where.store, how.verify),
          to(recorded, where.batch_points, how.patience, how.quiet) {}

    std::chrono::seconds patience;
    opened_store where;
    recording_store recorded;
    shipper to;
    std::vector<storage::point> series;  // their time and value are not used
    otlp::points_converter converter;
    otlp::loss_report lost;
};

ship_line::ship_line(const store_request& to, const options& how)
    : state_(std::make_unique<state>(to, how)) {}
ship_line::~ship_line() = default;

std::size_t ship_line::add(const pairs& all) {
    storage::point one;
    std::vector<label> tags;
    for (const auto& [name, value] : all)
        if (name == "__name__")
            one.metric = value;
        else if (name == "job")
            one.service = value;
        else if (std::pair(name, value) != state_->where.implied)
            tags.push_back({name, value});
    if (one.metric.empty()) throw failure(fault::data, "a series has no name (__name__)");
    auto made = labels::from(std::move(tags));
    if (!made)
        throw failure(fault::data, "a label occurs twice, or there are more than 1 MiB of labels");
    one.tags = std::move(*made);
    state_->series.push_back(std::move(one));
    return state_->series.size() - 1;
}

std::size_t ship_line::series() const noexcept {
    return state_->series.size();
}

void ship_line::send(std::size_t series, std::int64_t nanoseconds, double value) {
    storage::point p = state_->series[series];
    p.timestamp = nanoseconds;
    p.value = value;
    state_->to.send(std::move(p));
}

void ship_line::send_otlp(const std::string& file) {
    input::input_source from(file, input::content::messages);
    const otlp::limits limits;
    constexpr std::size_t piece = std::size_t{1} << 20;
    std::vector<char> body;
    for (std::size_t n = 1; n != 0 && body.size() <= limits.request_bytes;) {
        const std::size_t held = body.size();
        body.resize(held + piece);
        n = from.read(std::span(body).subspan(held));
        body.resize(held + n);
    }
    const auto read = otlp::decode_metrics(std::as_bytes(std::span(body)), limits);
    if (!read)
        throw failure(fault::data, {from.name()},
                      "not a valid request of OTLP metrics: " +
                          (read == errc::out_of_range ? limits_text(limits)
                                                      : std::string(message(read.error()))));
    std::vector<storage::point> points;
    state_->lost += read->lost;
    state_->lost += state_->converter.convert(read->data, points);
    for (storage::point& p : points) state_->to.send(std::move(p));
}

void ship_line::finish() {
    state_->to.finish();
}

ship_line::verified ship_line::verify() {
    verified out;
    const auto until = storage::in(settle_time + state_->patience);
    for (;;) {
        const auto settled = state_->where.settle(until);
        if (settled) break;
        if (settled.error().what == storage::verdict::unsupported) {
            out.on_disk = false;
            break;
        }
        if (storage::clock::now() + pause > until)
            throw failure(fault::environment, store() + ": " + settled.error().message);
        std::this_thread::sleep_for(pause);
    }
    auto sent = state_->recorded.take();
    auto report = read_back(state_->where, sent, state_->patience);
    out.samples = report.samples;
    out.missing = report.missing;
    out.differing = report.differing;
    out.rounded = report.rounded;
    out.lines = std::move(report.shown);
    return out;
}

std::string ship_line::store() const {
    return std::string(state_->where.store->name());
}
std::uint64_t ship_line::rounded() const {
    return state_->recorded.rounded();
}
std::uint64_t ship_line::sent() const {
    return state_->to.sent();
}
std::uint64_t ship_line::dropped() const {
    return state_->to.dropped();
}
std::uint64_t ship_line::left_out() const {
    return state_->lost.dropped_points();
}
std::vector<std::string> ship_line::shown_drops() const {
    return state_->to.shown_drops();
}

std::vector<std::string> ship_line::shown_losses() const {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < otlp::losses; ++i)
        if (const auto why = static_cast<otlp::loss>(i); state_->lost[why] != 0)
            lines.push_back((drops_point(why) ? "left out, " : "lost, ") + std::string(name(why)) +
                            ": " + input::grouped(state_->lost[why]));
    return lines;
}

}  // namespace chronopack::tool
