"""Style transfer in the latent space of the motion auto-encoder (GenMoStyle, arXiv 2401.13505).

codes.py: where a style comes from. transfer.py: a clip of any length in that style. parts.py: on some body parts only.
references.py, names.py, library.py: what a style may be read from, what styles are called, the user's own.
"""
