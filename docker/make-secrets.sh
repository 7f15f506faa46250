#!/bin/sh
# Writes what docker-compose.yml reads from secrets/; a file that is there stays as it is.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
random() { python3 -c 'import secrets; print(secrets.token_urlsafe(36), end="")'; }
for name in postgres_password owner_password app_password secret_key metrics_token; do
    [ -s "secrets/$name" ] || random > "secrets/$name"
done
address() { printf 'postgresql://workflow_%s:%s@postgres/workflow' "$1" "$(cat "secrets/$1_password")"; }
address app > secrets/database_url
address owner > secrets/migration_database_url
# The containers read them as other users; only this folder keeps the accounts of this machine out.
chmod 644 secrets/*
chmod 700 secrets
