"""Whether some ids stand anywhere in a shop: in raw bytes, and in every value.

DuckDB and Parquet compress what they hold, so their tables are read as well.
"""

import zipfile

import duckdb


def places_with(shop, ids):
    """Files and tables of a shop, but for its delivered files, that hold an id."""
    found = [
        str(path)
        for folder in (shop.home, shop.folder / "logs", shop.folder / "target")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(one.encode() in path.read_bytes() for one in ids)
    ]
    for path in sorted(shop.home.rglob("*.duckdb")):
        found += [f"{path}: {table}" for table in tables_with(path, ids)]
    for path in sorted(shop.home.rglob("*.parquet")):
        if path.is_file() and holds(duckdb.connect(), f"'{path}'", ids):
            found.append(f"{path} (values)")
    return found + [f"{path} (unpacked)" for path in bundles_with(shop, ids)]


def tables_with(path, ids):
    with duckdb.connect(str(path), read_only=True) as reader:
        query = "select schema_name || '.' || table_name from duckdb_tables()"
        tables = [row[0] for row in reader.execute(query).fetchall()]
        return [table for table in tables if holds(reader, table, ids)]


def holds(reader, source, ids):
    """Whether any column of a table holds an id, be it within a longer text."""
    query = f"select count(*) from {source} as t, (select unnest($1) as id) as ids "
    query += "where contains(cast(t as varchar), ids.id)"
    return reader.execute(query, [list(ids)]).fetchone()[0] > 0


def bundles_with(shop, ids):
    """Models are zip files: their members are unpacked to be searched."""
    for path in shop.home.rglob("*.skops"):
        with zipfile.ZipFile(path) as file:
            members = [file.read(name) for name in file.namelist()]
        if any(one.encode() in member for member in members for one in ids):
            yield path
