#!/usr/bin/env bash
# Install what the tests need from the system's packages where this user may; with --report, say on the last lines what
# was not there. Under CI=true a missing part is a failure.
set -u
declare -A want=(
  [PostGIS]='ls /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb 2>/dev/null | grep -q . && ls /usr/share/postgresql/*/extension/postgis.control /opt/homebrew/share/postgresql*/extension/postgis.control 2>/dev/null | grep -q .'
  [Chromium]='test -x /usr/bin/chromium || command -v chromium chromium-browser google-chrome >/dev/null || test -d "/Applications/Google Chrome.app"'
  [CJK-font]='fc-list 2>/dev/null | grep -qiE "wqy|noto ?sans ?(cjk|sc)|pingfang|source han"'
  [poppler]='command -v pdftoppm >/dev/null'
)
missing() { for part in "${!want[@]}"; do bash -c "${want[$part]}" || echo "$part"; done | sort; }

if [ "${1:-}" = "--report" ]; then
  left=$(missing)
  [ -z "$left" ] && exit 0
  for part in $left; do echo "skipped: the tests that need $part (not installed, and could not be installed here)"; done
  [ "${CI:-}" != "true" ]; exit
fi

[ -z "$(missing)" ] && exit 0
if command -v apt-get >/dev/null; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
  if [ -z "$sudo" ] || $sudo true 2>/dev/null; then
    echo "· system packages for the tests: $(missing | tr '\n' ' ')"
    export DEBIAN_FRONTEND=noninteractive
    # Another installation may be under way, such as the machine's own upgrade just after its start.
    apt="$sudo apt-get -qq -o DPkg::Lock::Timeout=300"
    $apt update
    $apt install -y --no-install-recommends postgresql postgresql-postgis postgis chromium fonts-wqy-microhei fontconfig poppler-utils >/dev/null 2>&1 ||
      $apt install -y --no-install-recommends postgresql-15 postgresql-15-postgis-3 chromium fonts-wqy-microhei fontconfig poppler-utils >/dev/null
  fi
elif command -v brew >/dev/null; then
  brew install --quiet postgis poppler || true
fi
left=$(missing)
if [ -n "$left" ]; then
  echo "not installed: $left"
  [ "${CI:-}" != "true" ] || exit 1
fi
