#!/usr/bin/env bash
# Write requirements-oracles.lock: libraries that tests compare with, in an environment of their own.
# gbstats asks for a numpy of 2023 and runs with today's; spotify-confidence does not with pandas 3.
# confseq is left out: it has no wheel, and building it takes the headers of Boost.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf '%s\n' 'econml>=0.17' causalml lifetimes spotify-confidence gbstats==0.8.0 > "$folder/in"
printf '%s\n' 'numpy>=2' 'scipy>=1.15' 'pandas>=2.3,<3' > "$folder/overrides"
.venv/bin/uv pip compile "$folder/in" --override "$folder/overrides" --python-version 3.11 --quiet \
  --generate-hashes --no-emit-index-url --no-header --no-annotate --output-file requirements-oracles.lock
