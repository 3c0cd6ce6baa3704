"""Claims: causal statements of the source documents, each an executable check of the model."""
