"""The space of texts and motions: which motion a sentence means. Read by search and by evaluation alike."""
