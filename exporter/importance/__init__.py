"""How much each unit or channel matters for each class; needs the model, so TensorFlow lives here."""
