# What both ways to have chronopack in CMake share: CMakeLists.txt, which builds it, and
# chronopackConfig.cmake, which finds it installed. The libraries, what each links, and
# where what is not ours is found.

# Each library may only link those before it.
set(chronopack_libraries dispatch storage embedded downsampler otlp http prometheus-protocol prometheus victoriametrics clickhouse influxdb parquet timescaledb)
set(chronopack_links_dispatch chronopack::chronopack)
set(chronopack_links_storage chronopack::dispatch Threads::Threads)
set(chronopack_links_embedded chronopack::storage SQLite::SQLite3)
set(chronopack_links_downsampler chronopack::storage)
set(chronopack_links_otlp chronopack::storage)
set(chronopack_links_http chronopack::storage CURL::libcurl)
set(chronopack_links_prometheus-protocol chronopack::http)
set(chronopack_links_prometheus chronopack::prometheus-protocol chronopack::with_snappy)
set(chronopack_links_victoriametrics chronopack::prometheus-protocol chronopack::with_snappy chronopack::with_zstd)
set(chronopack_links_clickhouse chronopack::http chronopack::with_zstd ZLIB::ZLIB)
set(chronopack_links_influxdb chronopack::http chronopack::otlp ZLIB::ZLIB)
set(chronopack_links_parquet chronopack::storage chronopack::with_zstd chronopack::with_snappy ZLIB::ZLIB)
set(chronopack_links_timescaledb chronopack::http chronopack::with_pq)

set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)  # for projects that this one is a part of
find_package(Threads QUIET)
find_package(SQLite3 3.35 QUIET)
find_package(CURL 7.87 QUIET)
find_package(ZLIB QUIET)
unset(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)

# CMake's own module asks for the headers of the server as well.
find_path(chronopack_pq_include libpq-fe.h PATH_SUFFIXES postgresql pgsql)
find_library(chronopack_pq_library pq)
mark_as_advanced(chronopack_pq_include chronopack_pq_library)
if(chronopack_pq_include AND chronopack_pq_library AND NOT TARGET chronopack::with_pq)
  add_library(chronopack::with_pq INTERFACE IMPORTED GLOBAL)
  target_include_directories(chronopack::with_pq SYSTEM INTERFACE "${chronopack_pq_include}")
  target_link_libraries(chronopack::with_pq INTERFACE "${chronopack_pq_library}")
endif()

# Debian and others have no CMake files for these, or not all versions have.
find_path(chronopack_xsimd_include xsimd/xsimd.hpp)
mark_as_advanced(chronopack_xsimd_include)
if(chronopack_xsimd_include)
  file(STRINGS "${chronopack_xsimd_include}/xsimd/config/xsimd_config.hpp" version REGEX "XSIMD_VERSION_M[A-Z]+ [0-9]+")
  string(REGEX REPLACE "[^;0-9]+" "" version "${version}")
  list(JOIN version . version)
  if(version VERSION_LESS 8.1)
    message(FATAL_ERROR "chronopack needs xsimd 8.1 to 14, and found ${version} in ${chronopack_xsimd_include}")
  endif()
endif()
foreach(stage zstd snappy)
  find_path(chronopack_${stage}_include ${stage}.h)
  find_library(chronopack_${stage}_library ${stage})
  mark_as_advanced(chronopack_${stage}_include chronopack_${stage}_library)
  if(chronopack_${stage}_include AND chronopack_${stage}_library AND NOT TARGET chronopack::with_${stage})
    add_library(chronopack::with_${stage} INTERFACE IMPORTED GLOBAL)
    target_include_directories(chronopack::with_${stage} SYSTEM INTERFACE "${chronopack_${stage}_include}")
    target_link_libraries(chronopack::with_${stage} INTERFACE "${chronopack_${stage}_library}")
  endif()
endforeach()
