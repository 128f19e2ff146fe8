#!/bin/sh
# What the tests use beyond Python packages: a browser and what looks for barriers in it, gettext's
# compiler, and Redis. Installs them where that is possible (all but axe-core on Debian only); where
# not, the tests that need them are skipped and say so.
set -u

here=$(dirname "$0")
python="$here/../.venv/bin/python"
[ -x "$python" ] || python=python3
"$python" "$here/axe.py"

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v msgfmt >/dev/null 2>&1 || missing="$missing gettext"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "tollgate: not installed:$missing; the tests that need them are skipped."
    exit 0
fi

echo "tollgate: installing$missing"
export DEBIAN_FRONTEND=noninteractive
options="-qq -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Acquire::Retries=1"
# shellcheck disable=SC2086
if ! { timeout 120 apt-get $options update &&
    timeout 300 apt-get $options install --yes --no-install-recommends $missing; } \
    >/dev/null 2>&1 </dev/null; then
    echo "tollgate: apt-get could not install$missing; the tests that need them are skipped."
fi
exit 0
