"""Arrays in, arrays out: every score, projection and table, each a rule in a file of its own.

Letters in docstrings: n samples, c classes, d features, k neighbors, s splits, h, w, ch image.
Probabilities are (n, c) float32 rows summing to 1; labels (n,) int64 with -1 for "no label";
images (n, h, w, ch) uint8. Losses are in nats. Distances are Euclidean unless a name says not.

Columns that no rule makes come from the dataset and the network: images, labels, split, logits,
activations/{layer} (n, d) float32, where a convolution map is pooled to one number per filter.
"""
