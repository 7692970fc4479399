// What a service is known by.

#include <adapters/model/resource.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;

namespace {

std::string service_of(std::vector<label> attributes) {
    return model::resource{*labels::from(std::move(attributes))}.service();
}

}  // namespace

TEST_CASE("a service is its namespace and its name", "[model]") {
    CHECK(service_of({{"service.name", "shop"}, {"service.namespace", "eu"}}) == "eu/shop");
    CHECK(service_of({{"service.name", "shop"}}) == "shop");
    CHECK(service_of({{"service.name", "shop"}, {"service.namespace", ""}}) == "shop");
}

TEST_CASE("without a name there is no service", "[model]") {
    CHECK(service_of({}).empty());
    CHECK(service_of({{"service.namespace", "eu"}, {"host", "a"}}).empty());
    CHECK(service_of({{"service.name", ""}, {"service.namespace", "eu"}}).empty());
}

TEST_CASE("a repeated attribute is no resource", "[model]") {
    CHECK(labels::from({{"service.name", "a"}, {"service.name", "b"}}).error() ==
          errc::out_of_range);
}
