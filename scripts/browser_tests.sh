#!/usr/bin/env bash
# Walk through the app with a real browser; without one, skip in plain sight unless REQUIRE_BROWSER is set.
set -euo pipefail
cd "$(dirname "$0")/.."
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  if [ -n "${REQUIRE_BROWSER:-}" ]; then
    echo "no Chromium found and REQUIRE_BROWSER is set: apt-get install chromium fonts-noto-cjk" >&2
    exit 1
  fi
  echo "SKIPPED browser tests: no Chromium found (apt-get install chromium fonts-noto-cjk)"
  exit 0
fi
export CHROMIUM="$chromium"
PYTHONDONTWRITEBYTECODE='' exec .venv/bin/pytest -m "browser and not long" -n 2 --dist worksteal tests/browser tests/clients
