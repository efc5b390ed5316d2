"""Everything that knows scikit-learn: estimators, training, bundles and scoring."""
