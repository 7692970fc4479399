// Benchmarks of frames: what checksums, headers and the walk over blocks add to
// the decoding of their columns.
#pragma once

namespace chronopack::bench {

void add_frames();

}  // namespace chronopack::bench
