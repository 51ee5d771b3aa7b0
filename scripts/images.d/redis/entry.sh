#!/bin/sh
# as the official image: arguments that are options go to redis-server; runs as user redis; no protected mode
set -eu
case "${1:-}" in -*|*.conf) set -- redis-server "$@" ;; esac
if [ "${1:-}" = redis-server ]; then
  if ! printf '%s\n' "$*" | grep -q -- '--protected-mode'; then set -- "$@" --protected-mode no; fi
  if [ "$(id -u)" = 0 ]; then
    [ "$(stat -c %u .)" = 999 ] || chown -R redis:redis .
    # shellcheck disable=SC2016
    exec su -m -s /bin/sh -c 'exec "$0" "$@"' -- redis "$@"
  fi
fi
exec "$@"
