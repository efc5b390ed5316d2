"""What a bundle predicts with: one customer model, made of scikit-learn parts."""
