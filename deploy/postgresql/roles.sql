-- The six accounts and the database of Anahtar, made once by the database's administrator:
--   psql -v ON_ERROR_STOP=1 -f deploy/postgresql/roles.sql postgres
-- Afterwards `anahtar prepare`, run as anahtar_owner with [database.roles] in its settings, makes the tables and gives
-- the other five their rights. Each process has settings of its own, which name its own account and password file.
create role anahtar_owner login;       -- `anahtar prepare` and `anahtar rehearsal` only: no process that serves
create role anahtar_web login;         -- portal and API
create role anahtar_keyservice login;  -- the only one that writes RELEASED
create role anahtar_worker login;      -- messages, audit chain, time
create role anahtar_publisher login;   -- signs lists and answers
create role anahtar_responder login;   -- asked by strangers: reads what is published, writes nothing
create database anahtar owner anahtar_owner encoding 'UTF8' template template0 lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8';
revoke all on database anahtar from public;
grant connect on database anahtar to anahtar_web, anahtar_keyservice, anahtar_worker, anahtar_publisher, anahtar_responder;
\connect anahtar
revoke all on schema public from public;
alter schema public owner to anahtar_owner;
-- A session that hangs in a transaction must not hold a card's lock for ever; the embedded limits are longer.
alter role anahtar_web set idle_in_transaction_session_timeout = '15s';
alter role anahtar_keyservice set idle_in_transaction_session_timeout = '15s';
alter role anahtar_publisher set idle_in_transaction_session_timeout = '60s';
alter role anahtar_worker set idle_in_transaction_session_timeout = '60s';
