"""Put a model in force without asking whether it is good enough.

Runs in a project folder, after `python -m ml train` made the training rows there.
"""

import pandas as pd

from ml.bundles.bundle import promote, save_bundle
from ml.estimators.customer_model import CustomerModel
from ml.home import Home
from ml.training.train import describe
from ml.training.warehouse import read_training_rows

rows = read_training_rows()
model = CustomerModel(horizon_days=rows.run["horizon_days"])
model.fit(rows.X, rows.y, rows.keys["as_of_date"], rows.present)
bundles = Home.from_environment().bundles
bundle = save_bundle(bundles, model, describe(rows, pd.DataFrame()), rows.X.tail(500))
promote(bundles, bundle.version)
