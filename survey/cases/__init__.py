"""One application from the form to the rated connection: commands in, events out, the state replayed from them."""
