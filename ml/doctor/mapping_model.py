"""The SQL of a first mapping model, from the roles that columns seem to play."""

import re
from pathlib import Path

import duckdb

from ml.doctor.columns import Column
from ml.doctor.roles import is_of_one_piece
from ml.doctor.sql import quoted

LINE = 84
MODEL = """{{{{ config(enabled=is_read("{name}")) }}}}

{{{{ require_columns("{name}", [
{required}
]) }}}}

-- Guessed from the columns of {file}: look at every line, and mend what is wrong.
with raw_lines as (select * from {{{{ raw_lines("{name}") }}}}),

typed as (
    select
        {typed},
        coalesce(declared_currency, 'XXX') as declared_currency,
        declared_source as source_name,
        filename as file_name
    from raw_lines
),

-- What the file does not tell: without an order's number each line is an order of its
-- own, without a quantity one piece; an amount below zero is a return.
final as (
    select
        {order_id},
        customer_id,
        ordered_at,
        {product_id},
        {category},
        {quantity},
        {amount} as gross_amount,
        {amount} as net_amount,
        case when {amount} < 0 then 'return' else 'sale' end as line_type,
        {currency},
        cast(null as timestamp) as recorded_at,
        source_name,
        cast(null as varchar) as source_reject_reason,
        file_name
    from typed
)

select * from final
"""
LINE_NUMBER = """'unnumbered-' || ordered_at || '-' || row_number() over (
            partition by file_name, customer_id, ordered_at
            order by {amount}
        ) || '-' || hash(file_name) % 1000000 as order_id"""
SIGNED_QUANTITY = (
    "case when amount < 0 then -abs(quantity) else quantity end as quantity"
)


def model_text(name: str, path: str, roles: dict[str, Column]) -> str:
    """Write the model.

    Parameters
    ----------
    name : str
        Of the format.
    path : str
        Of the file that it was guessed from.
    roles : dict of str to Column
        As `ml.doctor.roles.guess_roles` gives them.
    """
    casts = {
        "ordered_at": "{{{{ moment({}) }}}}",
        "amount": "{{{{ number({}) }}}}",
        "quantity": "{{{{ whole_number({}) }}}}",
        "currency": "upper(trim(cast({} as varchar)))",
    }
    typed = []
    for role, column in roles.items():
        sql = identifier(column.name)
        cast = casts.get(role, "trim(cast({} as varchar))")
        if "{{" in cast:
            sql = f"'{sql}'" if sql.startswith('"') else f'"{sql}"'
        own = "price" if role == "amount" and is_of_one_piece(roles) else role
        typed.append(f"{cast.format(sql)} as {own}")
    amount = "quantity * price" if is_of_one_piece(roles) else "amount"
    given = {role: role for role in roles}
    if "quantity" not in roles:
        given["quantity"] = "case when amount < 0 then -1 else 1 end as quantity"
    elif amount == "amount":
        given["quantity"] = SIGNED_QUANTITY
    return MODEL.format(
        name=name,
        file=Path(path).name[:40],
        required=_required(roles),
        typed=",\n        ".join(typed),
        order_id=given.get("order_id", LINE_NUMBER.format(amount=amount)),
        product_id=given.get("product_id", "cast(null as varchar) as product_id"),
        category=given.get("category", "cast(null as varchar) as category"),
        quantity=given["quantity"],
        amount=amount,
        currency=given.get("currency", "declared_currency as currency"),
    )


def _required(roles: dict[str, Column]) -> str:
    lines = [""]
    for column in roles.values():
        word = f'"{column.name.lower()}", '
        if len(lines[-1]) + len(word) > LINE:
            lines.append("")
        lines[-1] += word
    return "\n".join(f"    {line.strip()}" for line in lines)


def identifier(name: str) -> str:
    """Write a column's name as the models do: in quotes only where it needs them."""
    with duckdb.connect() as session:
        row = session.execute(
            "select count(*) from duckdb_keywords() where keyword_name = ? "
            "and keyword_category != 'unreserved'",
            [name.lower()],
        ).fetchone()
    is_plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name.lower()) and row == (0,)
    return name.lower() if is_plain else quoted(name)
