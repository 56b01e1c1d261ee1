# Sourced by ./almanac and ./test: installs what is missing and says what it installs. Debian and its descendants.

say() { printf '%s\n' "$*" >&2; }

fail() { say "error: $1"; [ -z "${2:-}" ] || say "hint: $2"; exit 12; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else fail "This step needs root: $*" "Run as root, install sudo, or install the package yourself."
    fi
}

apt_updated=""
apt_install() {
    command -v apt-get >/dev/null 2>&1 || fail "Missing: $*; and there is no apt-get here." "Install the equivalent packages by hand."
    say "Installing Debian packages: $*"
    if [ -z "$apt_updated" ]; then
        as_root apt-get update -qq >/dev/null || fail "apt-get update failed." "Check the network and /etc/apt/sources.list."
        apt_updated=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
        || fail "apt-get could not install: $*" "Run apt-get install $* and read its output."
}

need_dotnet() {
    command -v dotnet >/dev/null 2>&1 || fail "The .NET SDK 10 is not installed." "See the .NET download page, or your distribution's package dotnet-sdk-10.0."
}

# PostgreSQL 15 with HypoPG, without the system cluster 'main' that Debian's package creates and starts by default.
# A cluster that exists already is neither touched nor restarted.
need_postgres() {
    local bin=/usr/lib/postgresql/15/bin/postgres hypopg=/usr/share/postgresql/15/extension/hypopg.control
    [ -n "${ALMANAC_PG_BIN:-}" ] && return
    [ -x "$bin" ] && [ -f "$hypopg" ] && return
    if [ ! -x "$bin" ]; then
        dpkg -s postgresql-common >/dev/null 2>&1 || apt_install postgresql-common
        local override=/etc/postgresql-common/createcluster.d/almanac-install.conf
        as_root mkdir -p "$(dirname "$override")"
        printf 'create_main_cluster = false\n' | as_root tee "$override" >/dev/null
        apt_install postgresql-15
        as_root rm -f "$override"
    fi
    [ -f "$hypopg" ] || apt_install postgresql-15-hypopg
}
