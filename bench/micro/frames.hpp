// Benchmarks of frames: the time that checksums, headers and the walk over blocks add to the
// decoding of columns.
#pragma once

namespace chronopack::bench {

void add_frames();

}  // namespace chronopack::bench
