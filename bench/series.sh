# Sourced by bench/run and bench/compression: the public series, fetched if need be.
#
# CHRONOPACK_SERIES  a folder of more series, laid out as datasets.hpp of the report says

package=vega-datasets@3.2.1
data=$root/bench/data/${package/@/-}
folder=${CHRONOPACK_SERIES-}

# Series among the package's files; the others are tables.
series_files=(sp500-2000.csv seattle-weather-hourly-normals.csv seattle-weather.csv
  us-employment.csv co2-concentration.csv github.csv)

# Leaves those files in $data, or fails.
fetch_package() {
  [[ ! -d $data ]] || return 0
  say "fetching $package"
  rm -rf "$data.part"
  (
    need npm:npm &&
      mkdir -p "$data.part" &&
      cd "$data.part" &&
      npm pack --silent --fetch-retries=1 --fetch-timeout=60000 "$package" &&
      tar -xzf ./*.tgz --strip-components=2 "${series_files[@]/#/package/data/}" &&
      rm ./*.tgz &&
      mv "$data.part" "$data"
  ) >"$build/fetch.log" 2>&1
}

# The public series, as the report takes them.
defaults=()
find_defaults() {
  if fetch_package; then
    for name in "${series_files[@]}"; do defaults+=(--default-file "$data/$name"); done
    defaults+=(--leave-out vega) # the same series once more, in the folder
  else
    say "$package could not be fetched: its series are left out"
    tail -n 3 "$build/fetch.log" >&2
    rm -rf "$data.part"
  fi
  [[ -z $folder ]] || defaults+=(--default-folder "$folder")
  if ((${#defaults[@]} == 0)); then
    say "No series to measure. Name CSV files (bench/run FILE.csv ...), or run this again"
    say "where npm can reach its registry, or put the files of $package into"
    say "  $data"
    exit 3
  fi
}
