// Asks every file of the program whether its second stages are as its macros say.
bool with_none();
bool with_zstd();
bool with_snappy();
bool with_both();

int main() {
    const bool right[] = {with_none(), with_zstd(), with_snappy(), with_both()};
    return right[0] && right[1] && right[2] && right[3] ? 0 : 1;
}
