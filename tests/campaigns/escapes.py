"""Ways out of a released file that is opened as documented: none may lead anywhere."""

import os
import secrets
import shutil
import sys

import duckdb
from warm import FORKS

from tests.campaigns.readers import AS_DOCUMENTED
from tests.campaigns.workbench import Tally, command

# {out} is a folder beside the release, which holds secret.* and other.duckdb.
ATTEMPTS = """
from read_text('{out}/secret.csv')
from read_blob('{out}/secret.csv')
from read_csv('{out}/secret.csv', header = false)
from read_csv_auto('{out}/secret.csv')
from sniff_csv('{out}/secret.csv')
from read_json('{out}/secret.json')
from read_json_auto('{out}/secret.json')
from read_parquet('{out}/secret.parquet')
from parquet_metadata('{out}/secret.parquet')
from parquet_kv_metadata('{out}/secret.parquet')
from '{out}/secret.csv'
from '{out}/secret.parquet'
from '{out}/other.duckdb'
from glob('{out}/*')
from glob('/etc/*')
from query('from read_text(''{out}/secret.csv'')')
from query_table('{out}/secret.csv')
from read_text((select '{out}/secret.csv'))
with stolen as materialized (from read_text('{out}/secret.csv')) from stolen
explain analyze from read_text('{out}/secret.csv')
prepare stolen as from read_text('{out}/secret.csv'); execute stolen
create temp table stolen as from read_csv('{out}/secret.csv')
create temp view stolen as from read_text('{out}/secret.csv'); from stolen
create temp macro stolen() as table from read_text('{out}/secret.csv'); from stolen()
create temp table it (line varchar); copy it from '{out}/secret.csv'; from it
insert into customer_value from '{out}/secret.csv'
copy customer_value to '{out}/stolen.csv'
copy customer_value to '{out}/stolen.parquet' (format parquet)
copy (select 1) to '{out}/stolen.json' (format json)
copy (select 1) to '{out}/stolen' (format csv, partition_by (1))
export database '{out}/stolen'
import database '{out}'
attach '{out}/other.duckdb' as other; from other.secret
attach '{out}/other.duckdb' as other (read_only); from other.secret
attach '{out}/stolen.duckdb' as stolen; create table stolen.one as select 1
attach ':memory:' as free; copy from database current to free
attach 'https://127.0.0.1:9/other.duckdb' as other
from read_csv('https://127.0.0.1:9/secret.csv')
from 's3://bucket/secret.parquet'
install httpfs; load httpfs
install spatial from 'http://127.0.0.1:9'
load '{out}/other.duckdb_extension'
force install json from '{out}'
update extensions
set enable_external_access = true; from read_text('{out}/secret.csv')
reset enable_external_access; from read_text('{out}/secret.csv')
set lock_configuration = false; set enable_external_access = true
set allowed_directories = ['{out}']; from read_text('{out}/secret.csv')
set allowed_paths = ['{out}/secret.csv']; from read_text('{out}/secret.csv')
set global allowed_paths = ['{out}/secret.csv']
set allow_unsigned_extensions = true
set autoinstall_known_extensions = true
set extension_directory = '{out}'
set temp_directory = '{out}/stolen'
set home_directory = '{out}'
set secret_directory = '{out}/stolen'
set log_query_path = '{out}/stolen.log'; select 1
set profiling_output = '{out}/stolen.json'; select 1
set custom_user_agent = 'stolen'
pragma enable_profiling = 'json'; set profiling_output = '{out}/stolen'; select 1
pragma log_query_path = '{out}/stolen.log'; select 1
call enable_logging(storage = 'file', storage_path = '{out}/stolen'); select 1
call enable_logging('QueryLog', storage_path = '{out}/stolen'); select 1
create persistent secret stolen (type s3, key_id 'x', secret 'y')
create secret stolen in local_file (type s3, key_id 'x', secret 'y')
select getenv('CAMPAIGN_SECRET')
select getvariable('CAMPAIGN_SECRET')
from duckdb_secrets()
from pragma_user_agent()
create table stolen as select 1
create or replace table customer_value as select 1
create schema stolen
drop table customer_value
delete from customer_value
update customer_value set predicted_value = 0
alter table customer_value add column stolen integer
insert into release_info from release_info
truncate release_info
checkpoint
force checkpoint
vacuum
"""


def escapes(shop, seed):
    """Try each way on a connection of its own."""
    del seed
    tally = Tally("read what they should not", "wrote", "changed the release")
    folder = shop.release / "beside"
    folder.mkdir()
    token = secrets.token_hex(16)
    leave_secrets(folder, token)
    os.environ["CAMPAIGN_SECRET"] = token
    there, before = listing(shop.folder), shop.fingerprint()
    attempts = ATTEMPTS.strip().format(out=folder).splitlines()
    for attempt, said in answers(shop.release / "current.duckdb", attempts):
        tally.done["ways tried"] += 1
        tally.done["of them refused"] += said.startswith("refused")
        tally.check("read what they should not", token not in said, attempt)
        tally.check("wrote", listing(shop.folder) == there, attempt)
        there = listing(shop.folder)
    tally.check("changed the release", shop.fingerprint() == before, "a file differs")
    shutil.rmtree(folder)
    return tally


def answers(file, attempts):
    """Each attempt, and all that it gives back; some abort the process they run in."""
    left = list(attempts)
    while left:
        here, there = FORKS.Pipe(duplex=False)
        trial = FORKS.Process(target=try_all, args=(file, left, there))
        trial.start()
        there.close()
        try:
            while left:
                said = here.recv()
                yield left.pop(0), said
        except EOFError:
            yield left.pop(0), "refused: the process aborted"
        trial.join()


def try_all(file, attempts, there):
    for attempt in attempts:
        there.send(said_by(file, attempt))


def said_by(file, attempt):
    with duckdb.connect(str(file), read_only=True, config=AS_DOCUMENTED) as reader:
        try:
            rows = [reader.execute(part).fetchall() for part in attempt.split("; ")]
        except duckdb.Error as error:
            return f"refused: {error}"
    return str(rows)


def leave_secrets(folder, token):
    """Files that an attempt would like to read."""
    (folder / "secret.csv").write_text(f"{token}\n")
    (folder / "secret.json").write_text(f'[{{"it": "{token}"}}]')
    (folder / "schema.sql").write_text(f"select '{token}';")
    (folder / "load.sql").write_text("")
    (folder / "other.duckdb_extension").write_text(token)
    with duckdb.connect(str(folder / "other.duckdb")) as session:
        session.execute(f"create table secret as select '{token}' as it")
        session.execute(f"copy secret to '{folder}/secret.parquet'")


def listing(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def main():
    return command(escapes)


if __name__ == "__main__":
    sys.exit(main())
