#!/bin/sh
# Runs once, when the database folder is new: the two roles and the database that workflow_owner owns.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$(cat /run/secrets/owner_password)" \
    --set app_password="$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE workflow_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE workflow_app LOGIN PASSWORD :'app_password';
ALTER ROLE workflow_owner SET timezone = 'UTC';
ALTER ROLE workflow_app SET timezone = 'UTC';
ALTER ROLE workflow_app SET lock_timeout = '3s';
ALTER ROLE workflow_app SET statement_timeout = '30s';
ALTER ROLE workflow_app SET idle_in_transaction_session_timeout = '30s';
CREATE DATABASE workflow OWNER workflow_owner;
SQL
