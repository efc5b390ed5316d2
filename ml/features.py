"""Which columns of `customer_features` are features, and whether they still fit."""

from collections.abc import Mapping

from ml.errors import FeatureMismatchError

KEYS = ("customer_id", "as_of_date")


def feature_types(columns: Mapping[str, str]) -> dict[str, str]:
    """Names and SQL types of the features, in the order of the table.

    Parameters
    ----------
    columns : mapping of column name to SQL type
        Columns of `customer_features`: its contract is the only feature list.
    """
    return {name: kind for name, kind in columns.items() if name not in KEYS}


def check_features(trained: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Make sure that everything a bundle was trained on is there, with its type.

    Columns that the bundle does not know are no fault: a feature that was added after
    the training waits for the next one.

    Raises
    ------
    FeatureMismatchError
        Names each feature that is missing or has another type.
    """
    missing = [name for name in trained if name not in present]
    retyped = [
        f"{name} ({trained[name]} in training, {present[name]} now)"
        for name in trained
        if name in present and present[name] != trained[name]
    ]
    if missing or retyped:
        parts = [
            f"{what}: {', '.join(names)}"
            for what, names in (("missing", missing), ("other type", retyped))
            if names
        ]
        message = (
            "customer_features does not fit the champion bundle; "
            f"{'; '.join(parts)}. Bring the columns back, or train a bundle on the "
            "present ones: python -m ml train."
        )
        raise FeatureMismatchError(message)
