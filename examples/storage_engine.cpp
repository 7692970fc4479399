// A storage engine in one screen: an append-only file of frames for one series, which
// survives a power failure in the middle of a write.
#include <chronopack/chronopack.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cp = chronopack;

class tiny_store {
public:
    explicit tiny_store(std::string path) : path_(std::move(path)), writer_(sink(), {}) {
        drop_torn_tail();
    }

    cp::result<void> append(std::int64_t t, double v) { return writer_.append(t, v); }
    cp::result<void> flush() { return writer_.flush(); }

    // Computes the mean from the frames' statistics, without decoding.
    double mean() const {
        const auto bytes = read_file();
        const auto reader = cp::series_reader<>::open(bytes);
        if (!reader) return 0;
        double sum = 0;
        for (const cp::cbytes frame : reader->frames())
            sum += std::get<cp::statistics<double>>(cp::frame::inspect(frame)->values).sum;
        return sum / static_cast<double>(reader->size());
    }

    cp::result<std::size_t> count(std::int64_t from, std::int64_t to) const {
        const auto bytes = read_file();
        const auto reader = cp::series_reader<>::open(bytes);
        if (!reader) return reader.error();
        std::size_t n = 0;
        for (const auto& s : reader->range(from, to)) {
            if (!s) return s.error();
            ++n;
        }
        return n;
    }

private:
    cp::frame_sink sink() {
        return [this](cp::cbytes frame) -> cp::result<void> {
            std::ofstream file(path_, std::ios::binary | std::ios::app);
            file.write(reinterpret_cast<const char*>(frame.data()),
                       static_cast<std::streamsize>(frame.size()));
            if (!file.flush()) return cp::errc::io_error;
            return {};
        };
    }

    std::string read_file() const {
        std::ifstream file(path_, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }

    // Cuts the file after its last whole frame.
    void drop_torn_tail() {
        if (!std::filesystem::exists(path_)) return;
        const auto bytes = read_file();
        std::size_t good = 0;
        while (good < bytes.size()) {
            const auto rest = cp::cbytes(bytes).subspan(good);
            const auto info = cp::frame::inspect(rest);
            if (!info || info->bytes > rest.size() || !cp::frame::verify(rest.first(info->bytes)))
                break;
            good += info->bytes;
        }
        std::filesystem::resize_file(path_, good);
    }

    std::string path_;
    cp::series_writer<> writer_;
};

int main() {
    const auto path = std::filesystem::temp_directory_path() / "chronopack-tiny-store";
    std::filesystem::remove(path);
    {
        tiny_store store(path);
        for (int i = 0; i < 10'000; ++i)
            if (!store.append(i * 1000, i % 10)) return 1;
        if (!store.flush()) return 1;
    }
    const auto whole = std::filesystem::file_size(path);
    std::filesystem::resize_file(path, whole - 100);  // the power fails while writing

    tiny_store store(path);
    const auto kept = store.count(INT64_MIN, INT64_MAX);
    const auto in_a_second = store.count(5000, 5999);
    if (!kept || !in_a_second) return 1;
    std::printf("%zu of 10000 samples survive a torn write; mean %.2f; %zu in a second\n", *kept,
                store.mean(), *in_a_second);
    std::filesystem::remove(path);
    return *kept == 8192 ? 0 : 1;
}
