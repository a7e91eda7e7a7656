"""Sentences to embeddings: the text tower and its tokenizer."""
