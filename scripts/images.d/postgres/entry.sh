#!/bin/sh
# Entry point with the official image's environment:
#   POSTGRES_PASSWORD (needed unless POSTGRES_HOST_AUTH_METHOD=trust), POSTGRES_USER, POSTGRES_DB, each also as
#   ..._FILE; POSTGRES_HOST_AUTH_METHOD; PGDATA; /docker-entrypoint-initdb.d/*.sql|*.sql.gz|*.sh; arguments go to postgres.
# Two differences: an empty PGDATA is filled from a cluster made at build time instead of running initdb, and
# without files in initdb.d no temporary server is started. REAL_INIT=1 does both as the official image does
# (the "ready, then restarts" window that premature wait strategies trip over); POSTGRES_INITDB_ARGS implies it.
set -eu
file_env() { # NAME: take NAME_FILE's content when it is set
  eval "f=\${$1_FILE:-}; v=\${$1:-}"
  if [ -n "$f" ] && [ -n "$v" ]; then echo "error: both $1 and $1_FILE are set (but are exclusive)" >&2; exit 1; fi
  if [ -n "$f" ]; then v="$(cat "$f")"; fi
  if [ -n "$v" ]; then export "$1=$v"; fi
  unset "$1_FILE"
}
case "${1:-}" in -*) set -- postgres "$@" ;; esac
[ "${1:-}" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql; chown postgres:postgres /run/postgresql; chmod 3777 /run/postgresql
  [ "$(stat -c %u "$PGDATA")" = 999 ] || chown -R postgres:postgres "$PGDATA"
  chmod 700 "$PGDATA"
  # shellcheck disable=SC2016
  exec su -m -s /bin/sh -c 'exec "$0" "$@"' -- postgres "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  file_env POSTGRES_PASSWORD; file_env POSTGRES_USER; file_env POSTGRES_DB
  user="${POSTGRES_USER:-postgres}"; db="${POSTGRES_DB:-$user}"
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    echo '       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.' >&2
    exit 1
  fi
  if [ -n "${REAL_INIT:-}${POSTGRES_INITDB_ARGS:-}" ]; then
    pw="$(mktemp)"; printf '%s\n' "${POSTGRES_PASSWORD:-}" >"$pw"
    # shellcheck disable=SC2086
    initdb -D "$PGDATA" --username="$user" ${POSTGRES_PASSWORD:+--pwfile="$pw"} --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
    rm -f "$pw"
    # the socket where psql and pg_isready look for it, whatever the server was compiled with
    sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/; s|^#unix_socket_directories = .*|unix_socket_directories = '/var/run/postgresql'|" "$PGDATA/postgresql.conf"
    echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
    if [ "$db" != postgres ]; then sql="CREATE DATABASE \"$db\";"; else sql=''; fi
    temp=1
  else
    cp -a /var/lib/postgresql/template/. "$PGDATA"/
    if [ -n "${POSTGRES_HOST_AUTH_METHOD:-}" ]; then sed -i "s/^host all all all .*/host all all all $POSTGRES_HOST_AUTH_METHOD/" "$PGDATA/pg_hba.conf"; fi
    pass="$(printf '%s' "${POSTGRES_PASSWORD:-}" | sed "s/'/''/g")"
    # --single reads one statement per line
    sql=''
    if [ "$user" != postgres ]; then sql="CREATE ROLE \"$user\" SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS LOGIN;
"; fi
    if [ -n "$pass" ]; then sql="${sql}ALTER ROLE \"$user\" PASSWORD '$pass';
"; fi
    if [ "$db" != postgres ]; then sql="${sql}CREATE DATABASE \"$db\" OWNER \"$user\" STRATEGY wal_log;
"; fi
    if [ -n "$sql" ]; then printf '%s' "$sql" | postgres --single -D "$PGDATA" -c fsync=off -c log_checkpoints=off -c log_min_messages=error postgres >/dev/null; fi
    temp=''; [ -z "$(ls /docker-entrypoint-initdb.d 2>/dev/null)" ] || temp=1
    sql=''
  fi
  if [ -n "$temp" ]; then   # a server on the local socket only, as the official image does
    pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p ${PGPORT:-5432}" -w -s start
    q() { psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc -U "$user" "$@"; }
    if [ -n "$sql" ]; then q -d postgres -c "$sql"; fi
    for f in /docker-entrypoint-initdb.d/*; do
      # shellcheck disable=SC1090
      case "$f" in
        *.sh) echo "$0: running $f"; if [ -x "$f" ]; then "$f"; else . "$f"; fi ;;
        *.sql) echo "$0: running $f"; q -d "$db" -f "$f" ;;
        *.sql.gz) echo "$0: running $f"; gunzip -c "$f" | q -d "$db" ;;
        '/docker-entrypoint-initdb.d/*') ;;
        *) echo "$0: ignoring $f" ;;
      esac
    done
    pg_ctl -D "$PGDATA" -m fast -w -s stop
  fi
  echo 'PostgreSQL init process complete; ready for start up.'
fi
exec "$@"
