// Every codec and a frame through chronopack-dispatch: prints the table that was
// chosen and a checksum of all bytes written. With headers alone: "headers".
#include "../odr/exercise.hpp"

int main() {
#if defined(CHRONOPACK_DISPATCH)
    return exercise(cp::kernel::detail::chosen().name);
#else
    return exercise("headers");
#endif
}
