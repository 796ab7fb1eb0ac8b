#!/usr/bin/env bash
# Take every screen's picture over the sample shop, with what axe says and how long until each can be worked with.
# A shop that is served already is taken instead: LIFTLOOP_URL and LIFTLOOP_ADMIN_TOKEN say which.
# README=1 makes the README's pictures of them too.
# LOOKS=1280-zh-CN-light,390-en-dark and SCREENS=home,plan take some only; MEMBERS is the size of the shop.
set -euo pipefail
cd "$(dirname "$0")/.."
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  echo "no Chromium found: apt-get install chromium fonts-noto-cjk" >&2
  exit 1
fi
export CHROMIUM="$chromium" SCREENSHOTS="${SCREENSHOTS:-$PWD/ui/screenshots}"
npm --prefix ui run --silent build
npm --prefix ui run --silent weigh
if [ -z "${LIFTLOOP_URL:-}" ]; then
  folder=$(mktemp -d)
  port="${PORT:-8092}"
  .venv/bin/liftloop demo --data "$folder/shop" --members "${MEMBERS:-150000}" --port "$port" >"$folder/said" &
  demo=$!
  trap 'kill -TERM "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; rm -rf "$folder"' EXIT
  until grep -q app_url "$folder/said"; do
    kill -0 "$demo" 2>/dev/null || { cat "$folder/said" >&2; exit 1; }
    sleep 1
  done
  export LIFTLOOP_URL="http://127.0.0.1:$port"
  LIFTLOOP_ADMIN_TOKEN=$(cat "$folder/shop/admin.token")
  export LIFTLOOP_ADMIN_TOKEN
fi
(cd ui && npx playwright test screens) && clean=0 || clean=$?
if [ -n "${README:-}" ]; then
  (cd ui && node scripts/readme-pictures.mjs "$SCREENSHOTS" ../docs/pictures)
fi
echo "pictures: $SCREENSHOTS"
exit "$clean"
