#include "property.hpp"

#include "generators.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

namespace chronopack::test {

void property(const std::string& name, const std::function<void()>& body) {
    rc::prop(name, body);
}

template <class T>
std::vector<T> draw_series() {
    return *any_series<T>();
}
template std::vector<std::int64_t> draw_series();
template std::vector<double> draw_series();
template std::vector<sample> draw_series();

std::size_t draw_below(std::size_t n) {
    return *rc::gen::inRange<std::size_t>(0, n);
}

std::size_t draw_count() {
    return *any_count();
}

std::uint64_t draw_bits() {
    return *any_bits();
}

void given(bool holds) {
    RC_PRE(holds);
}

void refute(const char* claim, const char* file, int line) {
    RC_FAIL(std::string(file) + ":" + std::to_string(line) + ": " + claim);
    throw std::logic_error("RC_FAIL throws");  // which the compiler cannot know
}

}  // namespace chronopack::test
